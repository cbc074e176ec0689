/**
 * The boards that one cell can reach, each through the cell of its own board that speaks with it. That cell says so in
 * the same stream as what processes over there say: nobody hears from a board that he could not answer.
 */
import type { Cell } from "../process/cell.ts";
import type { AbroadFrame, BoardUpFrame } from "./control-frame.ts";

/** One board in one life of its runtime, and the cell by which it is reached. */
export type BoardWay = Omit<BoardUpFrame, "control">;

export class BoardWays {
  readonly #ways = new Map<string, BoardWay>();

  /** From now on `cell` reaches that board: what it says goes to `post`, which is false when there is no room. */
  up(cell: Cell | undefined, { board, life, by }: BoardWay, post: (frame: AbroadFrame) => boolean): void {
    this.#ways.set(board, { board, life, by });
    cell?.boardUp(board, life, {
      post: (to, _, frame) => post({ control: "abroad", board, life, cell: to, frame }),
    });
  }

  /** That life of the board is out of reach: links and monitors into it fire. */
  down(cell: Cell | undefined, board: string, life: number): void {
    if (this.#ways.get(board)?.life === life) this.#ways.delete(board);
    cell?.boardDown(board, life);
  }

  /** The cell `by` ended: all that was reached by it is out of reach. Returns what was. */
  cellDown(cell: Cell | undefined, by: string): readonly BoardWay[] {
    const lost = this.list().filter((way) => way.by === by);
    for (const { board, life } of lost) this.down(cell, board, life);
    return lost;
  }

  /** The cell that speaks with that board. */
  by(board: string): string | undefined {
    return this.#ways.get(board)?.by;
  }

  list(): readonly BoardWay[] {
    return [...this.#ways.values()];
  }
}
