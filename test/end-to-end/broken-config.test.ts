import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { is, ok } from "uvu/assert";
import { STOP_PLAN } from "../../deploy/board/stop-plan.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { manualBoard } from "./manual-board.ts";
import { environmentOf } from "./processes.ts";

spec(
  "a guardian that finds its configuration broken leaves outputs to the stop step until it is mended, and the state folder to nobody else",
  async (t) => {
    const board = await startBoard(t, { config: manualBoard() });
    const file = join(board.folder, "board.config.json");
    const config = readFileSync(file, "utf8");
    const other = ["run", file, "--state", board.stateFolder, "--http-port", "1", "--mqtt-port", "2"];
    const { code, err } = await holdfast(t, other);
    is(code, 1);
    ok(err.includes(`holdfast run (process ${board.pid}, ${file}) works in ${board.stateFolder}`), err);

    // An emulated board leaves no plan for a step that knows real lines only: this one has none.
    const world = environmentOf(board.worldPid, "HOLDFAST_WORLD")!;
    const plan = { outputs: [], muxes: {}, linux: { backend: "chardev", places: {} } };
    writeFileSync(join(dirname(world), STOP_PLAN), JSON.stringify(plan));
    writeFileSync(file, "{");
    process.kill(board.guardianPid, "SIGKILL");
    const ends = () => board.logged("guardianExited").map(({ code }) => code);
    await until(
      "two guardians found it broken",
      () => ends().filter((code) => code === 2).length >= 2,
      20_000,
    );
    await until("its stop step ran after each", () => board.logged("stopStep").length >= 2);
    writeFileSync(file, config);
    await until("the next one does not", () => board.logged("guardianStarted").length === 2, 20_000);
    await board.inService();
    await board.stop();
  },
  { limitMs: 120_000 },
);
