/** Links of one process with processes of other cells, and who there watches it. Most processes have none. */
import { type Pid, pidId } from "./pid.ts";

export class Abroad {
  /** By pid id. Each side may have set its own link: cut only when all its ids are. */
  readonly links = new Map<string, { readonly pid: Pid; readonly ids: string[] }>();
  /** By pid id and the watcher's own ref. */
  readonly watchers = new Map<string, { readonly watcher: Pid; readonly ref: number }>();

  addLink(pid: Pid, id: string): void {
    const link = this.links.get(pidId(pid));
    if (link === undefined) this.links.set(pidId(pid), { pid, ids: [id] });
    else if (!link.ids.includes(id)) link.ids.push(id);
  }

  /** The other side took back the links with these ids. */
  dropLink(pid: Pid, ids: readonly string[]): void {
    const link = this.links.get(pidId(pid));
    if (link === undefined) return;
    const left = link.ids.filter((id) => !ids.includes(id));
    if (left.length === 0) this.links.delete(pidId(pid));
    else this.links.set(pidId(pid), { pid, ids: left });
  }

  /** The other side ended. False when none of these links was held any more: then it is nobody's business here. */
  cutLink(pid: Pid, ids: readonly string[]): boolean {
    const link = this.links.get(pidId(pid));
    if (link === undefined || !link.ids.some((id) => ids.includes(id))) return false;
    return this.links.delete(pidId(pid));
  }

  addWatcher(watcher: Pid, ref: number): void {
    this.watchers.set(`${pidId(watcher)}#${ref}`, { watcher, ref });
  }

  /** False when it did not watch. */
  dropWatcher(watcher: Pid, ref: number): boolean {
    return this.watchers.delete(`${pidId(watcher)}#${ref}`);
  }

  /** Nobody is left to tell. */
  forgetWatchers(gone: (pid: Pid) => boolean): void {
    for (const [key, { watcher }] of this.watchers) if (gone(watcher)) this.watchers.delete(key);
  }
}
