/** Puppets spread over cells whose frames arrive in any order; they hear everything as it comes. */
import { exportPid, importPid, type Pid, pidId, processOf } from "../../../../runtime/process/pid.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { CellWeb } from "./cell-web.ts";
import { type Note, type PuppetMessage, puppet, type Stage } from "./puppet.ts";
import type { Order } from "./scenario.ts";

export interface Noted {
  readonly who: number;
  readonly note: Note;
  /** Counts orders and arrivals. What is heard in the turn of an order was in the mailbox when the order ended. */
  readonly turn: number;
}

interface Placed {
  readonly pid: Pid;
  readonly cell: number;
}

export class ManyCells implements Stage {
  readonly web: CellWeb;
  readonly journal: Noted[] = [];
  readonly #all: Placed[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #serials = new Map<string, number>();
  #turn = 0;

  constructor(cells: number, size: number) {
    this.web = new CellWeb(cells);
    for (let n = 0; n < size; n++) {
      const cell = n % cells;
      this.#add(this.web.cells[cell]!.spawn(puppet(n, this, false), []), cell);
    }
    for (const cell of this.web.cells) cell.run();
  }

  get size(): number {
    return this.#all.length;
  }

  cellOf(index: number): number {
    return this.#all[index]!.cell;
  }

  isAlive(index: number): boolean {
    const { pid, cell } = this.#all[index]!;
    return !this.web.isOver(cell) && processOf(pid)!.state !== "dead";
  }

  traps(index: number): boolean {
    return processOf(this.#all[index]!.pid)!.trapExit;
  }

  /** Whom a living process holds links to. */
  linksOf(index: number): readonly number[] {
    const { links, abroad } = processOf(this.#all[index]!.pid)!;
    const near = [...(links ?? [])].map(({ pid }) => pid);
    const far = [...(abroad?.links.values() ?? [])].map(({ pid }) => pid);
    return [...near, ...far].map((pid) => this.indexOf(pid));
  }

  order({ who, ops }: Order): void {
    const { pid, cell } = this.#all[who]!;
    this.#turn++;
    this.web.cells[cell]!.post(pid, { type: "do", ops });
    this.web.cells[cell]!.run();
  }

  /** Lets one frame, or the news of one end, arrive. */
  step(choice: number): void {
    this.#turn++;
    if (this.web.pending > 0) this.web.cells[this.web.step(choice)]!.run();
  }

  /** Lets everything arrive, in an order drawn from `seed`. */
  settle(seed: number): void {
    for (let x = seed | 1; this.web.pending > 0; x = Math.imul(x, 1664525) + 1013904223) this.step(x >>> 8);
  }

  pidOf(index: number, by: number): Pid {
    const { pid, cell } = this.#all[index]!;
    return cell === this.cellOf(by) ? pid : importPid(exportPid(pid));
  }

  indexOf(pid: Pid): number {
    return this.#indexes.get(pidId(pid)) ?? -1;
  }

  serial(from: number, to: number): number {
    const serial = this.sent(from, to);
    this.#serials.set(`${from}>${to}`, serial + 1);
    return serial;
  }

  /** How much one puppet has sent to another. */
  sent(from: number, to: number): number {
    return this.#serials.get(`${from}>${to}`) ?? 0;
  }

  spawn(self: Self<PuppetMessage>, by: number, linked: boolean): void {
    const body = puppet(this.size, this, false);
    this.#add(linked ? self.spawnLink(body, []) : self.spawn(body, []), this.cellOf(by));
  }

  note(who: number, note: Note): void {
    this.journal.push({ who, note, turn: this.#turn });
  }

  #add(pid: Pid, cell: number): void {
    this.#indexes.set(pidId(pid), this.#all.length);
    this.#all.push({ pid, cell });
  }
}
