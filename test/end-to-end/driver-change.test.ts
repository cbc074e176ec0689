/** A driver is changed on the running greenhouse, while its relay is on and people talk to it. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { equal, is, match } from "uvu/assert";
import { demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, cliFile, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

const drivers = fileURLToPath(new URL("./drivers", import.meta.url));
/** How old a reading may be for the thermostat. */
const TRUSTED_S = 8;
const { spec: onBoard, end } = sharedBoard(spec, {
  // The thermostat looks at the climate and holds a conversation with the heater all the while.
  config: demoWith(
    ...patient(DEVICES, CONTROLLERS),
    ["devices.heater.minOff", undefined],
    ["devices.heater.maxOnRest", undefined],
    // A version that hangs is noticed, one that a busy machine holds up is not taken for it, and the relay outlasts both.
    ["devices.heater.hardDeadline", "2s"],
    ["devices.heater.lease", "10s"],
    ["devices.climate.every", "500ms"],
    ["controllers.thermostat.maxAge", `${TRUSTED_S}s`],
  ),
  env: { HOLDFAST_DRIVERS: drivers, ...PATIENT_ANSWERS },
});

/** Below what the board takes of one device. */
const EVERY_MS = 150;
/** Without an answer at a time: a board that is held up gets them all at once, and takes no more than 20 so. */
const UNANSWERED = 10;

/**
 * Messages to the heater's process with numbers, each of which it answers: the thermostat owns it, so they are
 * refused. The number is the time they ask for.
 */
class Messages {
  readonly #board: Board;
  readonly #mark: number;
  readonly #timer: NodeJS.Timeout;
  #sent = 0;

  constructor(board: Board) {
    this.#board = board;
    this.#mark = board.mark;
    this.#timer = setInterval(() => {
      if (this.#sent - this.#answered().length >= UNANSWERED) return;
      const command = { on: true, for: `${++this.#sent}s` };
      void board.command("heater", command);
    }, EVERY_MS);
  }

  /** All were answered once, in order. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    const wanted = Array.from({ length: this.#sent }, (_, n) => n + 1);
    // Which ones were not is what a failure has to say.
    const areAll = () => this.#answered().length >= this.#sent;
    await until("every message is answered", areAll, 10_000).catch(() => {});
    equal(this.#answered(), wanted);
  }

  #answered(): readonly number[] {
    return this.#board
      .errors("heater", this.#mark)
      .map(({ command }) => (command as { forMs: number }).forMs / 1000);
  }
}

function cli(board: Board, words: readonly string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [cliFile, ...words, "--url", board.mqttUrl]);
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, out })));
}

async function change(board: Board, driver: string, trial: string, device = "heater") {
  const mark = board.mark;
  await board.world(device, { driver, trial });
  const phases = () => board.events("codeChange", device, mark);
  await until(`the change to ${driver} is over`, () => phases().length >= 3, 30_000);
  return phases();
}

onBoard("the relay is on", async (board) => {
  await board.command("heater", { on: true, override: true, for: "5m" });
  await board.waitForLast("heater/on", "on", ({ value }) => value === true);
  is(await board.witness.level(LINE.heater), 1);
});

for (const [driver, cause] of [
  ["relay-crashes", "Error: worn out"],
  ["relay-hangs", "hung"],
] as const) {
  onBoard(
    `a bad version (${driver}) rolls back; its relay stays on, no message is lost`,
    async (board) => {
      const [mark, from] = [board.witness.mark, board.mark];
      const messages = new Messages(board);
      const phases = await change(board, driver, "1m");
      equal(
        phases.map(({ phase }) => phase),
        ["started", "trial", "rolledBack"],
      );
      is(phases[2]!.cause, cause);
      await new Promise((done) => setTimeout(done, 3000));
      await messages.end();
      equal(board.witness.since(mark, LINE.heater), [], "the relay never moved");
      equal(board.events("restart", undefined, from), [], "nobody was restarted");
    },
    90_000,
  );
}

onBoard(
  "a good version goes live; the relay stays on, no message is lost, and it works from then on",
  async (board) => {
    const [mark, from] = [board.witness.mark, board.mark];
    const messages = new Messages(board);
    const phases = await change(board, "next-version", "2s");
    equal(
      phases.map(({ phase }) => phase),
      ["started", "trial", "committed"],
    );
    await new Promise((done) => setTimeout(done, 3000));
    await messages.end();
    equal(board.witness.since(mark, LINE.heater), [], "the relay never moved");
    equal(board.events("restart", undefined, from), [], "nobody was restarted");
    await board.command("heater", { on: false });
    await board.witness.waitFor(LINE.heater, 0, mark);
    await board.command("heater", { on: true, override: true, for: "5m" });
    await board.witness.waitFor(LINE.heater, 1, mark);
  },
  90_000,
);

onBoard(
  "whoever decides by a sensor notices nothing when its driver changes",
  async (board) => {
    // What came before may be on its way up yet: the probation is 10 s.
    await board.waitForLast("thermostat/state", "full", ({ mode }) => mode === "full", 20_000);
    const from = board.mark;
    const phases = await change(board, "next-version", "1s", "climate");
    is(phases[2]!.phase, "committed");
    // Longer than the thermostat trusts a reading.
    await new Promise((done) => setTimeout(done, (TRUSTED_S + 1) * 1000));
    for (const kind of ["restart", "mode", "contract", "crash"])
      equal(board.events(kind, undefined, from), [], kind);
    is(board.last("thermostat/state")?.mode, "full");
    await board.waitForLast("climate/temperature", "good", ({ quality }) => quality === "good");
  },
  60_000,
);

onBoard(
  "after that a crash starts the new version again, and its output follows its policy",
  async (board) => {
    const [mark, from] = [board.witness.mark, board.mark];
    const before = Number(board.last("heater/state")?.restarts);
    await board.world("heater", { fault: "crash" });
    await board.waitForEvent("restart", "heater", from, 10_000);
    await board.witness.waitFor(LINE.heater, 0, mark);
    // Until it is told, the board counts as in service.
    const isTold = ({ restarts }: Record<string, unknown>) => restarts === before + 1;
    await board.waitForLast("heater/state", "started again", isTold);
    await board.inService();
    await board.command("heater", { on: true, override: true, for: "5m" });
    await board.witness.waitFor(LINE.heater, 1, mark);
  },
  60_000,
);

onBoard(
  "the command line follows a change to its end, and says by its exit code how that was",
  async (board) => {
    const run = (...words: string[]) => cli(board, ["change", ...words]);
    const bad = await run("led", "relay-crashes");
    is(bad.code, 1);
    match(bad.out, /led: relay-crashes is loaded\n.*is on trial\n.*was taken back \(Error: worn out\)/);
    const good = await run("led", "next-version", "--trial", "1s");
    is(good.code, 0);
    match(good.out, /stays/);
    is((await run("led", "nothing")).code, 3);
  },
  60_000,
);

onBoard("what is no driver of the board's folder is refused", async (board) => {
  const from = board.mark;
  for (const driver of ["../next-version", "nothing"]) await board.world("heater", { driver });
  const refused = () =>
    board
      .events("refused", "heater", from)
      .flatMap(({ command }) => (command as { driver?: { driver?: string } } | null)?.driver?.driver ?? []);
  await until("both are refused", () => refused().length >= 2);
  equal(refused(), ["../next-version", "nothing"]);
});

end();
