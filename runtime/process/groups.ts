/**
 * Process groups, as one cell sees them: its own processes at once, those of other cells as the board's
 * registry tells, and of groups that boards have in common those of other boards as the cell tells that speaks with them
 * (some time later, each cell at its own time). As OTP's `pg`: a group is there while it has
 * members, a process may join more than once and leaves as often, and is out of all its groups when it ends.
 *
 * Order: who saw a process join sees it leave before its `down` or `exit`. For that a cell that hears of an
 * end takes the process out of its groups itself, before the registry says so. (A join that travels slower
 * than the end it was followed by may still be seen after it, and is followed by its leave.)
 */
import { exportPid, hasKey, type Pid, pidId, type WirePid } from "./pid.ts";

/** `times`: how often the process joined; 0 when it is a member no more. A state, not a change: it may be told twice. */
export interface Membership {
  readonly group: string;
  readonly pid: WirePid;
  readonly times: number;
}

/** Told how often processes of this cell are in groups; 0: no more. */
export interface GroupReporter {
  membership(group: string, pid: Pid, times: number): void;
}

/** What a process that monitors a group is told. Exactly one of `joined`, `left` and `lost` is there. */
export interface GroupMessage {
  readonly type: "group";
  readonly ref: number;
  readonly group: string;
  readonly joined?: readonly Pid[];
  readonly left?: readonly Pid[];
  /** The mailbox was full: changes were missed and the monitor is closed. Monitor again for the members. */
  readonly lost?: true;
}

/** The way to a process that monitors a group. */
export interface GroupWatcher {
  readonly pid: Pid;
  /** False when there was no room. */
  put(message: GroupMessage): boolean;
  /** For the last word, which finds room always. */
  putSignal(message: GroupMessage): void;
}

interface Member {
  readonly pid: Pid;
  readonly times: number;
}

type Members = Map<string, Member>;

export class Groups {
  readonly #groups = new Map<string, Members>();
  /** Groups of this cell's processes. */
  readonly #own = new Map<Pid, Set<string>>();
  /** Who monitors a group, by the monitor's number. */
  readonly #monitors = new Map<string, Map<number, GroupWatcher>>();
  /** What a process of this cell monitors: group by number. */
  readonly #watching = new Map<Pid, Map<number, string>>();
  #reporter: GroupReporter | undefined;
  /** Told of everybody of this board: what a link to another board passes on. */
  #ofBoard: GroupReporter | undefined;

  /** From now on what own processes do is reported; what they did before is reported at once. */
  connect(reporter: GroupReporter): void {
    this.#reporter = reporter;
    for (const [pid, groups] of this.#own) {
      for (const group of groups) reporter.membership(group, pid, this.#times(group, pid));
    }
  }

  /** From now on `reporter` is told of all changes of this board's processes, whatever their cell; ask `ofBoard` for what is. */
  watchBoard(reporter: GroupReporter): void {
    this.#ofBoard = reporter;
  }

  /** Who of this board is how often in which group. */
  ofBoard(): readonly Membership[] {
    const all = [...this.memberships()].filter(({ pid }) => isOfThisBoard(pid));
    return all.map(({ pid, ...rest }) => ({ ...rest, pid: exportPid(pid) }));
  }

  /** That life of another board is out of reach: its processes leave all groups. */
  boardDown(board: string, life: number): void {
    for (const { group, pid } of [...this.memberships()])
      if (pid.board === board && pid.life === life) this.#set(group, pid, 0);
  }

  /** Names of the groups that have members. */
  list(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** Everybody in the group as far as this cell knows, in the order it heard of them; twice who joined twice. */
  members(group: string): readonly Pid[] {
    return everyTime(this.#groups.get(group));
  }

  /** A process of this cell is in groups, or monitors some. */
  isUsedBy(pid: Pid): boolean {
    return this.#own.has(pid) || this.#watching.has(pid);
  }

  /** Who is how often in which group. */
  *memberships(): Generator<{ readonly group: string; readonly pid: Pid; readonly times: number }> {
    for (const [group, members] of this.#groups)
      for (const member of members.values()) yield { group, ...member };
  }

  /** Only those of this cell. */
  localMembers(group: string): readonly Pid[] {
    return this.members(group).filter((pid) => this.#own.has(pid));
  }

  /** The groups a process of this cell is in. */
  groupsOf(pid: Pid): readonly string[] {
    return [...(this.#own.get(pid) ?? [])];
  }

  /** A process of this cell joins, perhaps once more. */
  join(pid: Pid, group: string): void {
    present(this.#own, pid, () => new Set<string>()).add(group);
    this.#setOwn(group, pid, this.#times(group, pid) + 1);
  }

  /** Takes one join back; false when there is none. */
  leave(pid: Pid, group: string): boolean {
    if (this.#own.get(pid)?.has(group) !== true) return false;
    const times = this.#times(group, pid) - 1;
    if (times === 0) this.#forgetOwn(pid, group);
    this.#setOwn(group, pid, times);
    return true;
  }

  /** The present members; every change from now on is put to the watcher. */
  monitor(group: string, ref: number, watcher: GroupWatcher): readonly Pid[] {
    present(this.#monitors, group, () => new Map<number, GroupWatcher>()).set(ref, watcher);
    present(this.#watching, watcher.pid, () => new Map<number, string>()).set(ref, group);
    return this.members(group);
  }

  demonitor(pid: Pid, ref: number): void {
    const watching = this.#watching.get(pid);
    const group = watching?.get(ref);
    if (watching === undefined || group === undefined) return;
    watching.delete(ref);
    if (watching.size === 0) this.#watching.delete(pid);
    const watchers = this.#monitors.get(group);
    watchers?.delete(ref);
    if (watchers?.size === 0) this.#monitors.delete(group);
  }

  /** A process of this cell ended. Costs nothing for one that used no group. */
  endedHere(pid: Pid): void {
    if (this.#watching.size > 0) {
      for (const ref of this.#watching.get(pid)?.keys() ?? []) this.demonitor(pid, ref);
    }
    const groups = this.#own.size > 0 ? this.#own.get(pid) : undefined;
    if (groups === undefined) return;
    this.#own.delete(pid);
    for (const group of groups) this.#setOwn(group, pid, 0);
  }

  /** The end of a process of another cell was heard of. */
  endedElsewhere(pid: Pid): void {
    if (this.#groups.size === 0) return;
    const id = pidId(pid);
    for (const [group, members] of this.#groups) {
      const member = members.get(id);
      // Whoever made up a pid may not take the real one out.
      if (member !== undefined && hasKey(member.pid, exportPid(pid).key)) this.#set(group, pid, 0);
    }
  }

  /** How often a process of another cell, or of another board, is in a group: whoever keeps that says so. */
  told(group: string, pid: Pid, times: number): void {
    this.#set(group, pid, times);
  }

  #setOwn(group: string, pid: Pid, times: number): void {
    this.#set(group, pid, times);
    this.#reporter?.membership(group, pid, times);
  }

  #forgetOwn(pid: Pid, group: string): void {
    const groups = this.#own.get(pid);
    groups?.delete(group);
    if (groups?.size === 0) this.#own.delete(pid);
  }

  #times(group: string, pid: Pid): number {
    return this.#groups.get(group)?.get(pidId(pid))?.times ?? 0;
  }

  #set(group: string, pid: Pid, times: number): void {
    const before = this.#times(group, pid);
    if (before === times) return;
    if (times > 0) {
      present(this.#groups, group, (): Members => new Map()).set(pidId(pid), { pid, times });
    } else {
      const members = this.#groups.get(group);
      members?.delete(pidId(pid));
      if (members?.size === 0) this.#groups.delete(group);
    }
    if (isOfThisBoard(pid)) this.#ofBoard?.membership(group, pid, times);
    const changed = new Array<Pid>(Math.abs(times - before)).fill(pid);
    for (const [ref, watcher] of [...(this.#monitors.get(group) ?? [])]) {
      const change = times > before ? { joined: changed } : { left: changed };
      if (watcher.put({ type: "group", ref, group, ...change })) continue;
      this.demonitor(watcher.pid, ref);
      watcher.putSignal({ type: "group", ref, group, lost: true });
    }
  }
}

function isOfThisBoard(pid: Pid): boolean {
  return pid.life === undefined;
}

function everyTime(members: Members | undefined): readonly Pid[] {
  return [...(members?.values() ?? [])].flatMap(({ pid, times }) => new Array<Pid>(times).fill(pid));
}

/** What the map holds for `key`, made when there is nothing yet. */
function present<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
