/** Puppets in one cell, every order followed by whatever it causes. */
import { type Pid, processOf } from "../../../../runtime/process/pid.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { handCell } from "../hand-cell.ts";
import { type Note, type PuppetMessage, puppet, type Stage } from "./puppet.ts";
import type { Order } from "./scenario.ts";

export class OneCell implements Stage {
  readonly #bench = handCell();
  readonly #pids: Pid[] = [];
  readonly #serials = new Map<string, number>();
  readonly #notes: { readonly who: number; readonly note: Note }[] = [];

  constructor(size: number) {
    for (let n = 0; n < size; n++) this.#pids.push(this.#bench.cell.spawn(puppet(n, this, true), []));
    this.#bench.cell.run();
  }

  get size(): number {
    return this.#pids.length;
  }

  /** Messages that found nobody. */
  get dead(): number {
    return this.#bench.cell.counts.dead;
  }

  get living(): number {
    return this.#bench.cell.processCount;
  }

  isAlive(index: number): boolean {
    return processOf(this.#pids[index]!)!.state !== "dead";
  }

  order({ who, ops }: Order): void {
    this.#bench.cell.post(this.#pids[who]!, { type: "do", ops });
    this.#bench.cell.run();
  }

  /** What it heard, by the process it heard it from; signals of one moment in no order. */
  heardBy(index: number): readonly Note[] {
    return this.#notes.filter(({ who, note }) => who === index && "heard" in note).map(({ note }) => note);
  }

  /** Everything that was done and heard, in order. */
  trace(): readonly string[] {
    return this.#notes.map(({ who, note }) => `${who} ${JSON.stringify(note)}`);
  }

  pidOf(index: number): Pid {
    return this.#pids[index]!;
  }

  indexOf(pid: Pid): number {
    return this.#pids.indexOf(pid);
  }

  serial(from: number, to: number): number {
    const key = `${from}>${to}`;
    const serial = this.#serials.get(key) ?? 0;
    this.#serials.set(key, serial + 1);
    return serial;
  }

  spawn(self: Self<PuppetMessage>, _by: number, linked: boolean): void {
    const body = puppet(this.size, this, true);
    this.#pids.push(linked ? self.spawnLink(body, []) : self.spawn(body, []));
  }

  note(who: number, note: Note): void {
    this.#notes.push({ who, note });
  }
}

/**
 * What was heard, source by source: the order between sources is nobody's promise, nor that of the `exit` and
 * the `down` of one end; messages and signals of one source keep theirs.
 */
export function bySource(heard: readonly Note[]): Record<number, readonly string[]> {
  const sources: Record<number, string[][]> = {};
  for (const note of heard) {
    if (!("heard" in note)) continue;
    sources[note.from] ??= [];
    const groups = sources[note.from]!;
    const isSignal = note.heard !== "told";
    const last = groups.at(-1);
    if (isSignal && last?.[0]?.includes('"reason"')) last.push(JSON.stringify(note));
    else groups.push([JSON.stringify(note)]);
  }
  return Object.fromEntries(
    Object.entries(sources).map(([from, groups]) => [from, groups.flatMap((group) => group.toSorted())]),
  );
}
