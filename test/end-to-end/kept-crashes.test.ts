import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { fakeSsh } from "../harness/fake-ssh.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, cliFile, startBoard } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { DEVICES } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";

const LIMIT = { limitMs: 120_000 };
/** Nobody crashes on it who is not told to: one that a busy machine holds up is not ended for it. */
const config = manualBoard(...patient([...DEVICES, "hold"], []));

function state(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-crashes-"));
  t.defer(() => rmSync(folder, { recursive: true, maxRetries: 3 }));
  return folder;
}

const kinds = (out: string) =>
  out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { kind: string; device?: string; what?: string });

/** Until it is on the disk, whatever becomes of the process. */
async function crashIsKept(board: Board, stateFolder: string, device: string): Promise<void> {
  await board.world(device, { fault: "crash" });
  const file = join(stateFolder, "greenhouse/crashes.jsonl");
  await until(
    "the crash is written",
    () => existsSync(file) && readFileSync(file, "utf8").includes(`"device":"${device}"`),
    10_000,
  );
}

spec(
  "a crash is there after the runtime, the guardian or all of them were killed; an end in order is no crash",
  async (t) => {
    const stateFolder = state(t);
    const logs = (...words: string[]) => holdfast(t, ["logs", ...words], { HOLDFAST_STATE: stateFolder });
    const board = await startBoard(t, { config, stateFolder, env: PATIENT_ANSWERS });
    await crashIsKept(board, stateFolder, "led");
    const { runtimePid, guardianPid } = board;
    process.kill(runtimePid, "SIGKILL");
    const status = await board.waitForLast(
      "status",
      "tells the end",
      ({ lastEnd }) => lastEnd !== undefined,
      30_000,
    );
    match((status.lastEnd as { cause: string }).cause, /^the runtime ended \(SIGKILL/);
    is((status.lastEnd as { crashes: number }).crashes, 1);
    await board.inService();
    process.kill(guardianPid, "SIGKILL");
    await board.waitForLast(
      "status",
      "tells the guardian's end",
      ({ lastEnd }) => (lastEnd as { what?: string } | undefined)?.what === "guardian",
      30_000,
    );
    await board.inService();
    await crashIsKept(board, stateFolder, "soil");
    await board.stop();
    const { out, code } = await logs("--crashes", "--json");
    is(code, 0);
    equal(
      kinds(out).map(({ kind, device, what }) => device ?? what ?? kind),
      ["led", "runtime", "guardian", "soil"],
    );
    const again = await startBoard(t, { config, stateFolder, env: PATIENT_ANSWERS });
    is(again.last("status")?.lastEnd, undefined, "it was ended in order");
    await again.stop();
    const text = await logs("--crashes", "--lines", "2");
    match(text.out, "board greenhouse: 2 of 4 reports that are kept");
    match(text.out, /the guardian ended, and the runtime with it\n.*soil.*crash: .*injected/);
  },
  LIMIT,
);

spec(
  "a board whose disk is full works on and says so",
  async (t) => {
    const stateFolder = state(t);
    mkdirSync(join(stateFolder, "greenhouse"));
    symlinkSync("/dev/full", join(stateFolder, "greenhouse/crashes.jsonl"));
    const board = await startBoard(t, { config, stateFolder, env: PATIENT_ANSWERS });
    const from = board.mark;
    await board.world("led", { fault: "crash" });
    await board.waitForEvent("crash", "led", from);
    await board.waitForLast(
      "led/state",
      "it is back",
      ({ restarts, mode }) => restarts === 1 && mode === "full",
      20_000,
    );
    const said = () => board.logged("notKept").map(String);
    await until("the log says so", () => said().length > 0);
    equal(said(), ["crash reports: ENOSPC: no space left on device, write"]);
    await board.command("pump", { on: true, for: "10s" });
    await board.waitForLast("pump/on", "is on", ({ value }) => value === true);
    await board.stop();
  },
  LIMIT,
);

spec(
  "the crashes of a board are asked for over ssh: by its name, too; nobody there is an error that helps",
  async (t) => {
    const environment = { HOLDFAST_STATE: state(t) };
    const { env, root, calls } = fakeSsh(t, { target: "greenhouse.local", cli: cliFile, environment });
    const found = await holdfast(t, ["logs", "greenhouse", "--crashes", "--root", root], env);
    equal(
      [found.code, found.out],
      [0, `no board has left anything in ${environment.HOLDFAST_STATE}\n`],
      found.err,
    );
    const unknown = await holdfast(t, ["logs", "pi@barn.local", "--crashes"], env);
    is(unknown.code, 4);
    match(unknown.err, "Could not resolve hostname pi@barn.local");
    match(unknown.err, 'did not reach pi@barn.local: try "ssh pi@barn.local" by hand');
    const empty = await holdfast(t, ["logs", "greenhouse", "--crashes", "--root", `${root}/none`], env);
    is(empty.code, 1);
    match(empty.err, `greenhouse.local has no Holdfast in ${root}/none; bring it there with holdfast push`);
    const option = await holdfast(t, ["logs", "pi@-oProxyCommand=x", "--crashes"], env);
    equal([option.code, option.err.includes("is no board; give its name")], [2, true], option.err);
    equal(calls(), ["greenhouse.local", "pi@barn.local", "greenhouse.local"]);
  },
  LIMIT,
);
