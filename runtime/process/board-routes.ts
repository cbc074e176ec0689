/** The ways from one cell to the cells of other boards: one for each board that this one is linked with. */
import type { Peer } from "./cell-contract.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Pid } from "./pid.ts";
import type { Frame } from "./signal.ts";

/** The life of a cell of another board is over. */
export interface CellDown {
  readonly board: string;
  /** Of that board's runtime. */
  readonly life: number;
  readonly cell: string;
  readonly incarnation: number;
  readonly cause: ExitReason;
}

/** To one board. */
export interface BoardRoute {
  /** False when a message finds no room; signals are never refused. */
  post(cell: string, incarnation: number, frame: Frame): boolean;
}

export class BoardRoutes {
  readonly #boards = new Map<
    string,
    { readonly life: number; readonly peers: Map<string, Peer>; route: BoardRoute }
  >();

  up(board: string, life: number, route: BoardRoute): void {
    this.#boards.set(board, { life, peers: new Map(), route });
  }

  /** That life only: the next one may be up already. */
  down(board: string, life: number): void {
    if (this.#boards.get(board)?.life === life) this.#boards.delete(board);
  }

  /** `undefined` without a link with that life of the board. Always the same for one life of a cell there. */
  peerOf({ board, life, cell, incarnation }: Pid): Peer | undefined {
    const linked = this.#boards.get(board);
    if (linked === undefined || linked.life !== life) return undefined;
    const key = `${cell}/${incarnation}`;
    let peer = linked.peers.get(key);
    if (peer === undefined) {
      peer = { incarnation, post: (frame) => linked.route.post(cell, incarnation, frame) };
      linked.peers.set(key, peer);
    }
    return peer;
  }
}
