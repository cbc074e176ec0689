/**
 * The living processes of one cell, by number, and what pids of theirs stand for.
 *
 * Numbers are given in order of spawning and never again in this life of the cell. Cost: one look into a map.
 */
import { createPid, hasKey, importPid, type Pid, type PidHome, type WirePid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { WireTarget } from "./signal.ts";

/** Whom a frame named that reaches nobody: a process that lived once, or one that its sender cannot know of. */
export type Nobody = "dead" | "forged";

export class ProcessTable {
  readonly #home: PidHome;
  readonly #processes = new Map<number, Process>();
  #lastNumber = 0;

  constructor(home: PidHome) {
    this.#home = home;
  }

  get size(): number {
    return this.#processes.size;
  }

  at(number: number): Process | undefined {
    return this.#processes.get(number);
  }

  values(): MapIterator<Process> {
    return this.#processes.values();
  }

  /** Gives it its pid. `key`: see `createPid`. */
  add(process: Process, key: string | undefined): Pid {
    const number = ++this.#lastNumber;
    const pid = createPid(this.#home, number, process, key);
    process.pid = pid;
    this.#processes.set(number, process);
    return pid;
  }

  delete(pid: Pid): void {
    this.#processes.delete(pid.number);
  }

  /** Whom a frame of another cell is for. */
  find({ number, incarnation, key }: WireTarget): Process | Nobody {
    if (incarnation !== this.#home.incarnation) return "dead";
    const process = this.#processes.get(number);
    if (process !== undefined) return hasKey(process.pid, key) ? process : "forged";
    // Of the dead nobody knows the keys any more; a number that was never given out cannot be one of theirs.
    return number > this.#lastNumber ? "forged" : "dead";
  }

  /** A pid of this cell becomes the one object its process has; all others are imported. */
  readonly resolve = (wire: WirePid): Pid => {
    const { board, cell, incarnation } = this.#home;
    const isOurs = wire.cell === cell && wire.incarnation === incarnation && wire.board === board;
    if (!isOurs || wire.life !== undefined) return importPid(wire);
    const process = this.#processes.get(wire.number);
    return process !== undefined && hasKey(process.pid, wire.key) ? process.pid : importPid(wire);
  };
}
