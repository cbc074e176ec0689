/** The board that an exchange belongs to, as the exchange sees it. No logic. */
import type { CellDown } from "../process/board-routes.ts";
import type { Frame } from "../process/signal.ts";
import type { OwnDirectory } from "./directory.ts";
import type { LinkEnd } from "./link-contract.ts";

/** The board that the exchange belongs to. */
export interface OwnBoard extends OwnDirectory {
  /** To a cell of this board. `full`: a message found no room; `gone`: no such life of a cell. */
  deliver(cell: string, incarnation: number, frame: Frame): "ok" | "full" | "gone";
  /** Every cell reaches pids of that life by `route` of this exchange from now on. */
  boardUp(board: string, life: number): void;
  /** Every cell is told that they are out of reach. */
  boardDown(board: string, life: number, why: LinkEnd): void;
  /** Every cell is told that a cell over there is gone. */
  cellDown(down: CellDown): void;
}
