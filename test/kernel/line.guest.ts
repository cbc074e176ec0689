/** `holdfast line` on a real kernel's lines, seen from their other side. */
import { readFileSync } from "node:fs";
import { equal, is, ok } from "uvu/assert";
import { readFreeInput } from "../../deploy/board/look-at-lines.ts";
import { thisHeader } from "../../deploy/board/this-header.ts";
import { line } from "../../deploy/cli/line.ts";
import { lineSeen } from "../../deploy/cli/line-look.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { start } from "../end-to-end/command-line.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { deviceTree } from "./fixtures/device-tree.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { realBoard, writeBoard } from "./fixtures/real-board.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

const CHIP = "pinctrl-bcm2835";
/** Two programs have to load on an emulated processor, beside other work. */
const PATIENT_MS = 30_000;
const LIMIT = { limitMs: 90_000 };

function bench(t: SpecContext) {
  const header = new SimHeader();
  t.defer(() => header.close());
  const chip = GpioChip.find(CHIP)!;
  t.defer(() => chip.close());
  const tree = deviceTree(t, { i2c1: "okay" });
  const info = (name: string) => chip.line(Number(name.slice(4)));
  const run = (...words: string[]) => start(t, ["line", ...words], { HOLDFAST_DEVICE_TREE: tree });
  const seen = gpioTrace(t, sysfsChip(localFiles(), CHIP)!.base);
  /** What happened to a line since; setting it again to what it is was nothing. */
  const trace = (offset: number) =>
    seen()
      .flatMap((record) => (record.startsWith(`${offset} `) ? [record.slice(`${offset} `.length)] : []))
      .filter((what, at, all) => what !== all[at - 1]);
  return { header, chip, tree, info, run, trace };
}

spec(
  "a free line is on for its time, then off, and an input again",
  async (t) => {
    const { header, info, run, trace } = bench(t);
    const { ended, out } = run("pin 11", "on", "--for", "500ms", "--json");
    const { code, err } = await ended;
    equal(trace(17), ["set 0", "out", "set 1", "set 0", "in"]);
    is(code, 0, err);
    equal(
      out()
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)),
      [
        { line: "GPIO17", driven: { level: 1 } },
        { line: "GPIO17", ended: { unsafe: [], input: true } },
      ],
    );
    equal([header.level("GPIO17"), info("GPIO17").used, info("GPIO17").direction], [0, false, "input"]);
  },
  LIMIT,
);

for (const killed of ["command line", "guardian"])
  spec(
    `it goes off when its ${killed} is killed`,
    async (t) => {
      const { header, info, run } = bench(t);
      const { child, ended } = run("GPIO17", "on", "--for", "10m");
      await until("on", () => header.level("GPIO17") === 1, PATIENT_MS);
      equal([info("GPIO17").used, info("GPIO17").direction], [true, "output"]);
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
      process.kill(killed === "guardian" ? Number(children) : child.pid!, "SIGKILL");
      const isFree = () => header.level("GPIO17") === 0 && !info("GPIO17").used;
      await until(`off without its ${killed}`, isFree, PATIENT_MS);
      const { code, err } = await ended;
      if (killed !== "guardian") return;
      is(code, 1, err);
      ok(err.includes("GPIO17 (pin 11): its guardian was killed"), err);
    },
    LIMIT,
  );

spec(
  "a line of the board's configuration keeps its polarity",
  async (t) => {
    const { header, run, trace } = bench(t);
    header.pull("GPIO6", 1);
    const config = writeBoard(t, realBoard(["devices.pump.minOff", undefined]));
    const { ended, out } = run("GPIO6", "on", "--for", "500ms", "--config", config);
    const { code, err } = await ended;
    equal(trace(6), ["set 1", "out", "set 0", "set 1"], "on is low, and it stays the board's output");
    is(code, 0, err);
    equal(out().trim().split("\n"), [
      "GPIO6 (pin 31) is on (low) for 500ms; Ctrl-C ends it",
      "GPIO6 (pin 31) is off (high)",
    ]);
    is(header.level("GPIO6"), 1);
  },
  LIMIT,
);

spec(
  "lines and who has them are seen without changing any; one in use is refused, not touched",
  async (t) => {
    const { header, chip, tree, info } = bench(t);
    header.pull("GPIO5", 1);
    const machine = thisHeader(tree);
    const free = { line: "GPIO5", pin: 29, direction: "input", usedBy: null, namedBy: null };
    equal(await lineSeen("GPIO5", machine), free);
    is(readFreeInput(CHIP, 5), 1);
    equal([info("GPIO5").direction, info("GPIO5").used], ["input", false]);
    const request = chip.request([17], "somebody", { direction: "output", levels: [1] });
    t.defer(() => request.close());
    is((await lineSeen("GPIO17", machine)).usedBy, "somebody");
    is((await lineSeen("GPIO2", machine)).usedBy, "i2c1");
    const flags = { page: "http://127.0.0.1:1/", json: false, deviceTree: tree, stateFolder: "/tmp" };
    for (const level of ["on", undefined]) {
      const refusal = await line("GPIO17", level, flags).catch((error: unknown) => error);
      const { exitCode, message } = refusal as { exitCode: number; message: string };
      equal([exitCode, message], [3, "GPIO17 (pin 11) is in use by somebody: end that, or use another line"]);
    }
    is(header.level("GPIO17"), 1);
  },
);
