/** Other boards of a kernel without threads: no cell speaks with them, the kernel itself does. */
import type { BoardExchange } from "../boards/board-exchange.ts";
import type { OwnBoard } from "../boards/own-board.ts";
import type { Item } from "../code-change/gate-frame.ts";
import type { Cell } from "../process/cell.ts";
import type { Membership } from "../process/groups.ts";
import { importPid, type WirePid } from "../process/pid.ts";
import type { Frame } from "../process/signal.ts";
import { BoardWays } from "./board-ways.ts";
import type { AbroadFrame } from "./control-frame.ts";
import { KERNEL_CELL } from "./kernel-cell.ts";

/** The kernel around. */
export interface LocalBoardsHost {
  /** Every cell, the kernel's own too. */
  cells(): Iterable<Cell>;
  /** To versions of cells on trial. */
  tellTrials(item: Item): void;
  /** Puts a frame into the inbox of a cell; false when that life of it is not known. */
  deliver(cell: string, incarnation: number, frame: Frame): boolean;
  named(name: string, pid: WirePid): void;
  unnamed(name: string, pid: WirePid): void;
  publicNames(): readonly (readonly [string, WirePid])[];
  memberships(): readonly Membership[];
}

export class LocalBoards {
  readonly #ways = new BoardWays();
  readonly exchange: BoardExchange;

  constructor(host: LocalBoardsHost, make: (own: OwnBoard) => BoardExchange) {
    this.exchange = make({
      deliver: (cell, incarnation, frame) => (host.deliver(cell, incarnation, frame) ? "ok" : "gone"),
      boardUp: (board, life) => {
        for (const cell of host.cells()) this.#up(cell, board, life);
        host.tellTrials({ boardUp: board, life });
      },
      boardDown: (board, life) => {
        for (const cell of host.cells()) this.#ways.down(cell, board, life);
        host.tellTrials({ boardDown: board, life });
      },
      cellDown: (down) => {
        for (const cell of host.cells()) cell.cellDownAbroad(down);
        host.tellTrials({ cellDown: down });
      },
      named: (name, pid) => host.named(name, pid),
      unnamed: (name, pid) => host.unnamed(name, pid),
      member: (membership) => {
        for (const cell of host.cells()) tellMember(cell, membership);
        host.tellTrials({ member: membership });
      },
      publicNames: () => host.publicNames(),
      memberships: () => host.memberships(),
    });
  }

  /** A cell that is new hears of those that are there. */
  introduce(cell: Cell): void {
    for (const { board, life } of this.list()) this.#up(cell, board, life);
    for (const membership of this.exchange.members()) tellMember(cell, membership);
  }

  list(): ReturnType<BoardWays["list"]> {
    return this.#ways.list();
  }

  route({ board, life, cell, frame }: AbroadFrame): boolean {
    return this.exchange.route(board, life, cell, frame);
  }

  #up(cell: Cell, board: string, life: number): void {
    this.#ways.up(cell, { board, life, by: KERNEL_CELL }, (frame) => this.route(frame));
  }
}

function tellMember(cell: Cell, { group, pid, times }: Membership): void {
  cell.groups.told(group, importPid(pid), times);
}
