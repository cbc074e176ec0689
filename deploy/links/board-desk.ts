/** What a board answers to processes of other boards about itself, under the public name `board`. */
import { serverBody } from "../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../runtime/behaviour/server-module.ts";

/** Its public name: `board@pumphouse` on other boards. */
export const BOARD_DESK = "board";

/** What anybody who is linked may know of a board. */
export interface BoardAbout {
  readonly board: string;
  readonly hardware: "emulated" | "linux";
  readonly version: string;
  /** Of the runtime. */
  readonly life: number;
}

export interface BoardDeskCalls {
  about(): BoardAbout;
}

export type BoardDesk = ServerModule<BoardAbout, BoardDeskCalls, never, never, BoardAbout>;

const boardDeskModule: BoardDesk = {
  name: "boardDesk",
  version: 1,
  init: (about: BoardAbout, self) => {
    self.publish(BOARD_DESK);
    return { state: about };
  },
  handleCall: { about: (about) => ({ reply: about, state: about }) },
  handleCast: {},
};

export const boardDesk = serverBody(boardDeskModule);
