import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { hasMosquittoClients } from "../harness/mosquitto.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { Board, startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE, READINGS, SAFE_LEVEL } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";
import { runs } from "./processes.ts";

type Document = Readonly<Record<string, unknown>>;

const PATIENT = patient(DEVICES, CONTROLLERS);
/** Twice the longest time between two messages that say the same, ms. */
const OLDEST_MS = 120_000;

spec("npm start brings up the whole board, and Ctrl-C leaves every output at its safe level", startAndStop, {
  limitMs: 90_000,
});

async function startAndStop(t: SpecContext) {
  if (!hasMosquittoClients()) t.skip("mosquitto-clients are not installed");
  // What `npm start` runs; npm itself answers Ctrl-C with the exit code of its shell.
  const board = await Board.launch({ command: [process.execPath, "deploy/setup/start.mjs"] });
  t.defer(() => board.discard());
  await board.joinWorld();
  await until(
    "the broker listens",
    () => board.out.some((line) => String(line).includes("in service")),
    60_000,
  );

  const heard = listen(t, board.mqttPort);
  await until(
    "mosquitto_sub hears that every reading is good",
    () =>
      Object.keys(READINGS).every(
        (reading) => heard.get(`holdfast/greenhouse/${reading}`)?.quality === "good",
      ),
    10_000,
  );
  await until("the index names every reading", () => {
    const { topics = [] } = (heard.get("holdfast/greenhouse/index") ?? {}) as { topics?: string[] };
    return Object.keys(READINGS).every((reading) => topics.includes(`holdfast/greenhouse/${reading}`));
  });
  await until("every device has told its state, and the board its status", () =>
    ["status", ...[...DEVICES, ...CONTROLLERS].map((id) => `${id}/state`)].every((topic) =>
      heard.has(`holdfast/greenhouse/${topic}`),
    ),
  );
  checkStartTable(board);
  for (const [reading, unit] of Object.entries(READINGS)) checkReading(reading, unit, heard);
  checkDocuments(heard);
  const page = await fetch(board.pageUrl);
  is(page.status, 200);
  match(await page.text(), /<title>/);

  await board.joinMqtt();
  await switchLedAndFanOn(board);
  // The controllers switch their outputs on when the shortest time off is over: 18 °C, and dry soil.
  await board.world("soil", { moisturePercent: 10 });
  await board.witness.waitUntil(LINE.pump, 0, 15_000);
  await board.witness.waitUntil(LINE.heater, 1, 20_000);
  board.interrupt();
  // An impatient second one ends the runtime at once; safe levels come first all the same.
  await quietFor(320);
  if (board.launcher.exitCode === null) board.interrupt();
  is(await board.ended(), 0);
  await leftSafe(board, Object.keys(SAFE_LEVEL));
  const saysSafe = () => board.out.some((line) => String(line).includes("every output at its safe level"));
  await until("its last words are read", saysSafe);
  await board.stop();
}

spec(
  "Ctrl-C that arrives twice, as npm passes it on, ends everything in order",
  async (t) => {
    const board = await startBoard(t, { config: demoWith(...PATIENT) });
    await switchLedAndFanOn(board);
    await board.command("thermostat", { setpointC: 19.5 });
    await board.waitForLast("thermostat/setpoint", "19.5", ({ value }) => value === 19.5);
    board.interrupt();
    board.interrupt();
    is(await board.ended(), 0);
    await leftSafe(board, [LINE.led, LINE.fan]);
    match(readFileSync(join(board.stateFolder, "greenhouse", "settings.json"), "utf8"), /19\.5/);
    await board.stop();
  },
  { limitMs: 60_000 },
);

spec(
  "Ctrl-C while the board still starts ends it in order",
  async (t) => {
    // However late the interrupt comes, no controller has switched anything by then.
    const board = await Board.launch({ config: demoWith(["controllers", {}]) });
    t.defer(() => board.discard());
    await board.joinWorld();
    await until("the runtime is started", () => board.runtimePid > 0, 20_000);
    const mark = board.witness.mark;
    board.interrupt();
    is(await board.ended(), 0);
    for (const { line, level } of board.witness.since(mark))
      is(level, SAFE_LEVEL[line as keyof typeof SAFE_LEVEL], `${line} only ever went to its safe level`);
    await board.stop();
  },
  { limitMs: 60_000 },
);

/** What its world has said last of each of these lines; its last words may be read after the launcher has ended. */
async function leftSafe({ witness }: Board, lines: readonly string[]) {
  const last = (line: string) => witness.records.findLast((record) => record.line === line)?.level;
  for (const line of lines) {
    const safe = SAFE_LEVEL[line as keyof typeof SAFE_LEVEL];
    await until(`${line} is left at its safe level`, () => last(line) === safe);
  }
}

/** The outputs without an owner. */
async function switchLedAndFanOn(board: Board) {
  await board.command("led", { on: true });
  await board.command("fan", { level: 0.5 });
  await board.witness.waitFor(LINE.led, 1, 0);
  await board.witness.waitUntil(LINE.fan, 0.5);
}

/** The real mosquitto_sub, as a user at a terminal has it; the last payload of each topic. */
function listen(t: SpecContext, port: number): Map<string, Document> {
  const heard = new Map<string, Document>();
  const args = ["-h", "127.0.0.1", "-p", String(port), "-t", "holdfast/#", "-F", "%t %p"];
  const child = spawn("mosquitto_sub", args, { stdio: ["ignore", "pipe", "ignore"] });
  t.defer(() => child.kill());
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const space = line.indexOf(" ");
      if (space > 0) heard.set(line.slice(0, space), JSON.parse(line.slice(space + 1)));
    }
  });
  return heard;
}

function checkStartTable(board: Board) {
  const table = board.out.map(String).join("\n");
  for (const id of [...DEVICES, ...CONTROLLERS]) match(table, new RegExp(`^ *${id} `, "m"));
  match(table, /GPIO6 pin 31/);
  match(table, new RegExp(`localhost:${board.httpPort}`));
  match(table, new RegExp(`mqtt://localhost:${board.mqttPort}`));
}

function checkReading(reading: string, unit: string, heard: ReadonlyMap<string, Document>) {
  const document = heard.get(`holdfast/greenhouse/${reading}`)!;
  is(document.quality, "good", `${reading}: ${JSON.stringify(document)}`);
  is(document.unit, unit, `${reading}: unit`);
  ok(["number", "boolean"].includes(typeof document.value), `${reading}: value`);
  const ageMs = Date.now() - Date.parse(String(document.at));
  ok(ageMs > -1000 && ageMs < OLDEST_MS, `${reading}: measured ${ageMs} ms ago`);
}

function checkDocuments(heard: ReadonlyMap<string, Document>) {
  const status = heard.get("holdfast/greenhouse/status")!;
  is(status.schema, 1);
  is(status.state, "online");
  is(status.incarnation, 1);
  is(status.hardware, "emulated");
  is(status.clock, "synced");
  match(String(status.version), /^\d+\.\d+\.\d+/);
  match(String(status.uid), /^[0-9a-f]{32}$/);
  match(String(status.machine), /^[0-9a-f]{16}$/);

  for (const id of [...DEVICES, ...CONTROLLERS]) {
    const state = heard.get(`holdfast/greenhouse/${id}/state`);
    ok(state, `${id} has a state`);
    for (const field of ["mode", "restarts", "cause", "misses", "driver", "kind", "commands", "ownedBy"])
      ok(field in state, `${id}/state has ${field}`);
    is(state.restarts, 0);
  }
  is(heard.get("holdfast/greenhouse/heater/state")!.ownedBy, "thermostat");
  is(heard.get("holdfast/greenhouse/pump/state")!.ownedBy, "irrigation");
  equal(heard.get("holdfast/greenhouse/led/state")!.commands, { on: { type: "boolean" } });
}

spec(
  "a board goes on when nobody reads its log any more",
  async (t) => {
    const board = await startBoard(t, { config: manualBoard() });
    board.launcher.stdout!.destroy();
    board.launcher.stderr!.destroy();
    const { guardianPid } = board;
    const { runtimePid } = board;
    process.kill(runtimePid, "SIGKILL"); // of which the launcher would tell
    await until("it has ended", () => !runs(runtimePid));
    await board.inService();
    is(board.launcher.exitCode, null);
    is(runs(guardianPid), true, "the same guardian");
    await board.stop();
  },
  { limitMs: 90_000 },
);
