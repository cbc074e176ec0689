/**
 * Cells in one thread with every frame between them held back until somebody delivers it: order is kept for a
 * pair and for nothing else. The end of a cell reaches each other cell at a moment of its own, as from a kernel.
 */
import { Cell } from "../../../../runtime/process/cell.ts";
import type { Frame } from "../../../../runtime/process/signal.ts";
import { VirtualClock } from "../../../../runtime/time/virtual-clock.ts";

export class CellWeb {
  readonly cells: readonly Cell[];
  readonly clock = new VirtualClock(0);
  readonly #ended = new Set<number>();
  /** Under way, by sender and receiver. */
  readonly #frames: readonly (readonly Frame[][])[];
  /** Who was not yet told of which end: pairs of the dead cell and its mourner. */
  readonly #untold: [number, number][] = [];

  constructor(size: number) {
    const { clock } = this;
    const numbers = Array.from({ length: size }, (_, n) => n);
    this.cells = numbers.map((n) => new Cell({ board: "web", cell: `c${n}`, incarnation: 1, clock }));
    this.#frames = numbers.map(() => numbers.map(() => []));
    for (const from of numbers) {
      for (const to of numbers) {
        const post = (frame: Frame) => this.#ended.has(to) || this.#frames[from]![to]!.push(frame) > 0;
        if (to !== from) this.cells[from]!.peerUp(`c${to}`, { incarnation: 1, post });
      }
    }
  }

  isOver(cell: number): boolean {
    return this.#ended.has(cell);
  }

  /** Steps that can be taken: a frame of a pair, or the news of an end. */
  get pending(): number {
    return this.#pairs().length + this.#untold.length;
  }

  /** Takes one of the pending steps; returns the cell it reached. */
  step(choice: number): number {
    const pairs = this.#pairs();
    const at = choice % this.pending;
    if (at < pairs.length) {
      const [from, to] = pairs[at]!;
      this.cells[to]!.deliver(this.#frames[from]![to]!.shift()!);
      return to;
    }
    const [[dead, mourner]] = this.#untold.splice(at - pairs.length, 1) as [[number, number]];
    for (const frame of this.#frames[dead]![mourner]!.splice(0)) this.cells[mourner]!.deliver(frame);
    this.cells[mourner]!.peerDown(`c${dead}`, 1, "killed");
    return mourner;
  }

  /** The cell is gone at once, with all its processes; what it had sent is still under way. */
  end(cell: number): void {
    this.#ended.add(cell);
    for (const [other] of this.cells.entries()) {
      this.#frames[other]![cell]!.length = 0;
      if (!this.#ended.has(other)) this.#untold.push([cell, other]);
    }
    for (let at = this.#untold.length - 1; at >= 0; at--)
      if (this.#untold[at]![1] === cell) this.#untold.splice(at, 1);
  }

  #pairs(): [number, number][] {
    const pairs: [number, number][] = [];
    for (const [from, row] of this.#frames.entries()) {
      for (const [to, frames] of row.entries()) if (frames.length > 0) pairs.push([from, to]);
    }
    return pairs;
  }
}
