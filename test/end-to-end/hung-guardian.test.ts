/** A guardian that hangs instead of dying: whoever started it ends it, and the next one makes the lines safe. */
import { is, ok } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { LINE } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";
import { runs } from "./processes.ts";

spec(
  "a guardian that hangs is ended and started again, and its lines are safe",
  async (t) => {
    const board = await startBoard(t, { config: manualBoard(), env: { HOLDFAST_GUARDIAN_LIMIT: "5s" } });
    await board.command("heater", { on: true, for: "5m" });
    await board.command("hold", { on: true });
    for (const line of [LINE.heater, LINE.hold]) await board.witness.waitUntil(line, 1);
    const { guardianPid, runtimePid } = board;
    const mark = board.witness.mark;
    process.kill(guardianPid, "SIGSTOP");
    await until("it is ended", () => !runs(guardianPid), 12_000);
    await until("its end is told", () => board.logged("guardianHung").length > 0); // the line may come after the death is seen
    const [hung] = board.logged("guardianHung");
    ok(Number(hung?.silentMs) >= 5000, JSON.stringify(hung));
    await until("the runtime ends with it", () => !runs(runtimePid), 5000);
    await board.witness.waitFor(LINE.heater, 0, mark, 8000);
    is(await board.witness.level(LINE.hold), 1, "held");
    await board.inService();
    is(board.logged("guardianHung").length, 1, "the next one beats");
    await board.stop();
  },
  { limitMs: 90_000 },
);

spec(
  "a launcher that was stopped itself (Ctrl-Z) does not take its guardian for hung",
  async (t) => {
    const board = await startBoard(t, { config: manualBoard(), env: { HOLDFAST_GUARDIAN_LIMIT: "4s" } });
    const { guardianPid } = board;
    process.kill(board.pid, "SIGSTOP");
    await new Promise((done) => setTimeout(done, 6000)); // longer than the limit, by the outside's clock
    process.kill(board.pid, "SIGCONT");
    await new Promise((done) => setTimeout(done, 1000));
    is(runs(guardianPid), true);
    is(board.logged("guardianHung").length, 0);
    await board.stop();
  },
  { limitMs: 90_000 },
);
