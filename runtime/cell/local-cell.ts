/** One cell of a kernel without threads: its processes, what waits to be delivered to it, and its new version, if one is on trial. */
import { Inspection } from "../introspection/inspection.ts";
import type { CellStatus } from "../introspection/report.ts";
import type { Cell } from "../process/cell.ts";
import type { Peer } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Process } from "../process/process.ts";
import type { Frame } from "../process/signal.ts";
import type { LocalTrial } from "./local-trial.ts";

export class LocalCell {
  readonly name: string;
  readonly incarnation: number;
  /** The way to it. */
  readonly peer: Peer;
  /** A new version of its code. */
  trial: LocalTrial | undefined;
  /** Why it has to end, once it has: its first process ended or never began. */
  over: () => ExitReason | undefined;
  readonly #loop: CellStatus["loop"];
  readonly #inbox: Frame[] = [];
  #cell: Cell;
  #inspection: Inspection;

  constructor(cell: Cell, loop: CellStatus["loop"], over: () => ExitReason | undefined) {
    const { cell: name, incarnation } = cell.home;
    this.name = name;
    this.incarnation = incarnation;
    this.over = over;
    this.peer = { incarnation, post: (frame) => this.#inbox.push(frame) > 0 };
    this.#loop = loop;
    this.#cell = cell;
    this.#inspection = new Inspection(cell);
  }

  get cell(): Cell {
    return this.#cell;
  }

  get inspection(): Inspection {
    return this.#inspection;
  }

  get status(): CellStatus {
    return {
      cell: this.name,
      incarnation: this.incarnation,
      restarts: this.incarnation - 1,
      loop: this.#loop,
      booting: false,
      resumes: null,
      running: null,
    };
  }

  /** Timers that run, those of a version on trial too. */
  get timerCount(): number {
    return this.#cell.timerCount + (this.trial?.cell.timerCount ?? 0);
  }

  /** When it, or a version on trial, has something to do by itself, us; `Infinity` for never. */
  nextWakeUs(): number {
    return Math.min(this.#cell.nextWakeUs(), this.trial?.cell.nextWakeUs() ?? Number.POSITIVE_INFINITY);
  }

  /** Its new version is the cell from now on. */
  becomes({ cell, trial }: LocalTrial): void {
    this.trial = undefined;
    this.#cell = cell;
    this.#inspection = new Inspection(cell);
    this.over = () => rootEnd(trial.root);
  }

  /** Delivers what waits, and runs what is due; true when something happened. */
  turn(nowUs: number): boolean {
    // Both as they are now: what is delivered may end the trial, or have the new version take over.
    const [cell, trial] = [this.#cell, this.trial];
    const delivered = this.deliver();
    const tried = trial?.turn() === true;
    cell.resources.poll?.((to, message) => cell.post(to, message));
    const due = cell.nextWakeUs() <= nowUs;
    if (due) cell.run();
    return delivered || due || tried;
  }

  /** False when nothing waited. */
  deliver(): boolean {
    const [cell, trial] = [this.#cell, this.trial];
    const frames = this.#inbox.splice(0);
    for (const frame of frames) {
      if (trial?.router.onFrame(frame) !== true) cell.deliver(frame);
    }
    return frames.length > 0;
  }

  /** Another cell ended, and what it had sent is delivered first. */
  peerDown(name: string, incarnation: number, cause: ExitReason): void {
    this.deliver();
    this.#cell.peerDown(name, incarnation, cause);
    this.trial?.router.onNews({ peerDown: name, incarnation, cause });
  }
}

/** Why a cell has to end, whose first process this is. */
export function rootEnd(root: Process | undefined): ExitReason | undefined {
  return root?.state === "dead" ? (root.exitReason ?? "normal") : undefined;
}
