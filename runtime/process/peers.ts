/** The ways from one cell to the others: of this board, and of those it is linked with. */
import { type BoardRoute, BoardRoutes } from "./board-routes.ts";
import type { Peer } from "./cell-contract.ts";
import type { Pid } from "./pid.ts";

export class Peers {
  readonly #board: string;
  readonly #onUnknown: ((pid: Pid) => void) | undefined;
  readonly #cells = new Map<string, Peer>();
  readonly #routes = new BoardRoutes();

  /** `onUnknown`: the last chance to learn of the cell, or the board, of this pid. */
  constructor(board: string, onUnknown: ((pid: Pid) => void) | undefined) {
    this.#board = board;
    this.#onUnknown = onUnknown;
  }

  up(cell: string, peer: Peer): void {
    this.#cells.set(cell, peer);
  }

  /** That life only: the next one may be up already. */
  down(cell: string, incarnation: number): void {
    if (this.#cells.get(cell)?.incarnation === incarnation) this.#cells.delete(cell);
  }

  boardUp(board: string, life: number, route: BoardRoute): void {
    this.#routes.up(board, life, route);
  }

  boardDown(board: string, life: number): void {
    this.#routes.down(board, life);
  }

  /** `undefined`: that life of its cell is over, or out of reach. */
  of(pid: Pid): Peer | undefined {
    if (pid.board !== this.#board) return this.#abroad(pid);
    if (pid.life !== undefined) return undefined; // of this board's runtime before this one
    let peer = this.#cells.get(pid.cell);
    if (peer?.incarnation !== pid.incarnation) {
      this.#onUnknown?.(pid);
      peer = this.#cells.get(pid.cell);
    }
    return peer?.incarnation === pid.incarnation ? peer : undefined;
  }

  #abroad(pid: Pid): Peer | undefined {
    const peer = this.#routes.peerOf(pid);
    if (peer !== undefined) return peer;
    this.#onUnknown?.(pid);
    return this.#routes.peerOf(pid);
  }
}
