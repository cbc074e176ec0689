/**
 * What links, monitors and exit signals do in one cell, said as simply as it can be: signals arrive at once, one
 * death after the other, everything in plain sets. It knows nothing of queues, bands or generators.
 */
import { describeReason } from "../../../../runtime/process/exit-reason.ts";
import { type Note, type Op, stageLimit, tag } from "./puppet.ts";

interface Modelled {
  alive: boolean;
  trap: boolean;
  readonly links: Set<number>;
  /** Target of each monitor it ever set; `undefined` when that is over. */
  readonly monitors: (number | undefined)[];
  readonly mailbox: Note[];
  readonly heard: Note[];
  /** Why it ends as soon as it waits. */
  pending: string | undefined;
}

export class LinkModel {
  readonly #all: Modelled[] = [];
  readonly #serials = new Map<string, number>();
  #running = -1;
  /** Messages sent to the dead. */
  dead = 0;

  constructor(size: number) {
    for (let n = 0; n < size; n++) this.#add();
  }

  get size(): number {
    return this.#all.length;
  }

  isAlive(index: number): boolean {
    return this.#all[index]!.alive;
  }

  heardBy(index: number): readonly Note[] {
    return this.#all[index]!.heard;
  }

  linksOf(index: number): readonly number[] {
    return [...this.#all[index]!.links];
  }

  /** The process runs until it waits for its next order. */
  order(who: number, ops: readonly Op[]): void {
    const me = this.#all[who]!;
    this.#running = who;
    let reason: string | undefined;
    for (const op of ops) {
      if (op.op === "finish") reason = "normal";
      else if (op.op === "crash") reason = `Error: crash of ${who}`;
      else if (op.op === "take" || op.op === "drain") {
        // Whoever was told to end does so when it looks into its mailbox.
        if (me.pending !== undefined) break;
        this.#take(me, op.op);
      } else this.#act(who, op);
      if (reason !== undefined) break;
    }
    this.#running = -1;
    if (me.pending !== undefined && (reason === undefined || reason === "normal")) reason = me.pending;
    if (reason !== undefined) this.#end(who, reason);
  }

  #add(): number {
    const fresh = {
      alive: true,
      trap: false,
      links: new Set<number>(),
      monitors: [],
      mailbox: [],
      heard: [],
    };
    return this.#all.push({ ...fresh, pending: undefined }) - 1;
  }

  #take(me: Modelled, which: "take" | "drain"): void {
    const wanted = (note: Note) => which === "drain" || ("heard" in note && note.heard === "told");
    for (let at = me.mailbox.findIndex(wanted); at >= 0; at = me.mailbox.findIndex(wanted)) {
      me.heard.push(...me.mailbox.splice(at, 1));
      if (which === "take") return;
    }
  }

  #act(who: number, op: Op): void {
    const me = this.#all[who]!;
    const to = "to" in op ? op.to % this.size : 0;
    const other = this.#all[to]!;
    switch (op.op) {
      case "link":
        if (to === who) break;
        me.links.add(to);
        if (other.alive) other.links.add(who);
        else this.#exit(who, to, "noproc", true);
        break;
      case "unlink":
        me.links.delete(to);
        other.links.delete(who);
        break;
      case "monitor":
        me.monitors.push(to);
        if (!other.alive) this.#down(who, me.monitors.length - 1, "noproc");
        break;
      case "demonitor": {
        if (me.monitors.length === 0) break;
        const nth = op.nth % me.monitors.length;
        me.monitors[nth] = undefined;
        const at = me.mailbox.findIndex((note) => "nth" in note && note.nth === nth);
        if (at >= 0) me.mailbox.splice(at, 1);
        break;
      }
      case "send": {
        const serial = this.#serial(who, to);
        if (other.alive) other.mailbox.push({ heard: "told", from: who, serial });
        else this.dead++;
        break;
      }
      case "exit": {
        const reason = op.how === "tagged" ? describeReason(tag(who, to, this.#serial(who, to))) : op.how;
        this.#exit(to, who, reason, false);
        break;
      }
      case "kill":
        this.#exit(to, who, "kill", false);
        break;
      case "trap":
        me.trap = op.on;
        break;
      case "spawn":
        if (this.size < stageLimit) this.#spawn(who, op.linked);
        break;
    }
  }

  #spawn(who: number, linked: boolean): void {
    const child = this.#add();
    if (!linked) return;
    this.#all[who]!.links.add(child);
    this.#all[child]!.links.add(who);
  }

  #exit(to: number, from: number, reason: string, linked: boolean): void {
    const me = this.#all[to]!;
    if (!me.alive || (linked && !me.links.delete(from))) return;
    if (!linked && reason === "kill") this.#die(to, "killed");
    else if (me.trap) me.mailbox.push({ heard: "exit", from, reason });
    else if (reason !== "normal" || to === from) this.#die(to, reason);
  }

  #down(to: number, nth: number, reason: string): void {
    const me = this.#all[to]!;
    const from = me.monitors[nth];
    if (!me.alive || from === undefined) return;
    me.monitors[nth] = undefined;
    me.mailbox.push({ heard: "down", from, reason, nth });
  }

  #die(who: number, reason: string): void {
    if (who === this.#running) this.#all[who]!.pending ??= reason;
    else this.#end(who, reason);
  }

  #end(who: number, reason: string): void {
    const me = this.#all[who]!;
    me.alive = false;
    for (const other of me.links) this.#exit(other, who, reason, true);
    me.links.clear();
    for (const [index, watcher] of this.#all.entries()) {
      for (const [nth, target] of watcher.monitors.entries())
        if (target === who) this.#down(index, nth, reason);
    }
  }

  #serial(from: number, to: number): number {
    const key = `${from}>${to}`;
    const serial = this.#serials.get(key) ?? 0;
    this.#serials.set(key, serial + 1);
    return serial;
  }
}
