import { is } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { LINE } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";
import { runs } from "./processes.ts";

spec(
  "Ctrl-C between two guardians still ends with every output safe",
  async (t) => {
    const board = await startBoard(t, { config: manualBoard() });
    await board.command("hold", { on: true });
    await board.witness.waitUntil(LINE.hold, 1);
    const { guardianPid } = board;
    process.kill(guardianPid, "SIGKILL");
    await until("the guardian is gone", () => !runs(guardianPid), 5000);
    const mark = board.witness.mark;
    board.interrupt();
    await board.witness.waitFor(LINE.hold, 0, mark, 8000);
    is(await board.ended(), 0, board.logText());
  },
  { limitMs: 60_000 },
);
