/** A process with some of the boards of a fleet; its parent asks it how they are. */
import { LightBoard, type LightBoardPlan } from "./light-board.ts";

/** From the parent. */
export type HostOrder =
  | { readonly order: "start"; readonly boards: readonly LightBoardPlan[] }
  | { readonly order: "report" }
  | { readonly order: "end" };

/** To the parent, for each `report`. */
export interface HostReport {
  /** Sums over its boards. */
  readonly live: number;
  readonly known: number;
  readonly linked: number;
  readonly offline: number;
}

const boards: LightBoard[] = [];

process.on("message", (message: HostOrder) => {
  if (message.order === "start") {
    boards.push(...message.boards.map((plan) => new LightBoard(plan)));
    for (const board of boards) board.start();
  } else if (message.order === "report") {
    const sum = (count: (board: LightBoard) => number) =>
      boards.reduce((total, board) => total + count(board), 0);
    const report: HostReport = {
      live: sum(({ isLive }) => Number(isLive)),
      known: sum(({ known }) => known),
      linked: sum(({ linked }) => linked),
      offline: sum(({ offline }) => offline),
    };
    process.send!(report);
  } else {
    void Promise.all(boards.map((board) => board.close())).then(() => process.exit());
  }
});
process.on("disconnect", () => process.exit());
