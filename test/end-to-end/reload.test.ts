/** The configuration of the running greenhouse is changed, while a relay is on. */

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { type Change, demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, cliFile, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

const START: readonly Change[] = [
  ["devices.heater.minOff", undefined],
  ["devices.heater.maxOnRest", undefined],
  ["devices.soil.every", "500ms"],
  ...patient(DEVICES, CONTROLLERS),
];
const CALIBRATED: Change = ["devices.soil.settings.dryVolts", 3];
const { spec: onBoard, end } = sharedBoard(spec, { config: demoWith(...START) });

/** Writes the board's file, and asks the board to take it as a person does. */
function reload(board: Board, text: string, ...words: readonly string[]) {
  writeFileSync(join(board.folder, "board.config.json"), text);
  const child = spawn(process.execPath, [cliFile, "reload", ...words, "--page", board.pageUrl]);
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      out += chunk;
    });
  return new Promise<{ code: number | null; out: string }>((done) =>
    child.on("close", (code) => done({ code, out })),
  );
}

const moisture = (board: Board) => Number(board.last("soil/moisture")?.value);

onBoard(
  "another option of a driver goes live: the next readings show it, a relay that is on stays on",
  async (board) => {
    await board.command("heater", { on: true, override: true, for: "5m" });
    await board.witness.waitFor(LINE.heater, 1, 0, 20_000);
    await board.waitForLast("soil/moisture", "is measured", ({ quality }) => quality === "good", 20_000);
    const [mark, from, before] = [board.witness.mark, board.mark, moisture(board)];
    const { code, out } = await reload(board, demoWith(...START, CALIBRATED), "--trial", "500ms");
    is(code, 0, out);
    match(out, /devices\.soil\.settings\.dryVolts +2\.6 +becomes +3\n\nlive, and no line moved: soil\n/);
    await until("the reading has changed", () => moisture(board) > before + 5, 20_000);
    equal(board.witness.since(mark, LINE.heater), [], "the relay never moved");
    for (const kind of ["restart", "mode", "crash"]) equal(board.events(kind, undefined, from), [], kind);
    const phases = () => board.events("configuration", undefined, from).map(({ phase }) => phase);
    await until("the end of the trial is told", () => phases().length >= 2);
    equal(phases(), ["tried", "kept"]);
  },
  60_000,
);

onBoard(
  "what needs a restart, or has a problem, is refused as a whole, and nothing moves",
  async (board) => {
    const [mark, before] = [board.witness.mark, moisture(board)];
    const moved: readonly Change[] = [...START, ["devices.soil.settings.dryVolts", 2.6]];
    const restart = await reload(board, demoWith(...moved, ["devices.heater.lease", "3s"]));
    is(restart.code, 3, restart.out);
    match(restart.out, /needs a restart/);
    match(restart.out, /devices\.heater\.lease +"2s" +becomes +"3s"/);
    const wrong = await reload(board, demoWith(...moved, ["devices.soil.evry", "1s"]), "--json");
    is(wrong.code, 2, wrong.out);
    equal(
      JSON.parse(wrong.out).problems.map(({ path }: { path: string }) => path),
      ["devices.soil.evry"],
    );
    equal(board.witness.since(mark, LINE.heater), [], "the relay never moved");
    ok(Math.abs(moisture(board) - before) < 5, `${before} % became ${moisture(board)} %`);
  },
  60_000,
);

onBoard(
  "a runtime that is started again has what the board took, whatever is in the file by now",
  async (board) => {
    const before = moisture(board);
    const killedMs = Date.now();
    process.kill(board.runtimePid, "SIGKILL");
    // Its broker is new as well: what it says once may be said before we hear it.
    await board.waitForLast("status", "of the next life", ({ incarnation }) => incarnation === 2, 30_000);
    await board.inService();
    // It is said once a minute while it stays, so it may be what was said first.
    const isOfThisLife = ({ at, quality }: Record<string, unknown>) =>
      quality === "good" && Date.parse(String(at)) > killedMs;
    await board.waitForLast("soil/moisture", "is measured again", isOfThisLife, 20_000);
    ok(Math.abs(moisture(board) - before) < 5, `${before} % became ${moisture(board)} %`);
  },
  60_000,
);

end();
