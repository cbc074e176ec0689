/** What an exchange of boards is given. No logic. */
import type { BoardRights } from "./board-rights.ts";
import type { BoardOffence } from "./exchange-counts.ts";
import type { OwnBoard } from "./own-board.ts";
import type { BoardLife } from "./packet.ts";
import type { LinkLimits } from "./session.ts";

export interface BoardExchangeOptions {
  readonly us: BoardLife;
  readonly own: OwnBoard;
  readonly limits: LinkLimits;
  /** Monitors and links that the processes of one other board may have here. Default `MOST_BONDS`. */
  readonly mostBonds?: number;
  /** What each board is told of this one. */
  readonly rights: BoardRights;
  /** Of this board and that one; `undefined`: no link with it. */
  keyFor(board: string): Uint8Array | undefined;
  /** To the topic on which that board hears this one. */
  publish(board: string, bytes: Uint8Array): void;
  random(bytes: number): Uint8Array;
  nowUs(): number;
  wallMs(): number;
  /** That board did what it may not, and it had no effect; `what`: the group, where there is one. */
  offended?(board: string, offence: BoardOffence, what?: string): void;
  /** A second board has the name of that one. */
  stranger?(life: BoardLife): void;
  /** That board speaks another version of the packets, and is not linked. Told once for each. */
  otherVersion?(board: string, version: number): void;
}
