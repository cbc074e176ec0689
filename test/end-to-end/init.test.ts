import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { type Folder, writeFiles } from "../firmware/board/fixture-files.ts";
import { bcmTree, PI_4 } from "../firmware/board/pi-trees.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { startBoard } from "./board.ts";
import { holdfast, start } from "./command-line.ts";

const LIMIT = { limitMs: 60_000 };

function place(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-init-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return join(folder, "board.config.json");
}

spec(
  "what init writes passes the check and runs; it is never written over",
  async (t) => {
    const file = place(t);
    const made = await start(t, ["init", file, "--hardware", "emulated"], {}, "barn\n").ended;
    equal(
      [made.code, made.out],
      [
        0,
        `${file}: board barn, emulated, climate, led. Next: holdfast check ${file}, holdfast run ${file}\n`,
      ],
      made.err,
    );
    match(made.err, "name of the board [");
    is((await holdfast(t, ["check", file])).code, 0);
    const text = readFileSync(file, "utf8");
    const again = await holdfast(t, ["init", file, "--yes"]);
    is(again.code, 2);
    match(again.err, `${file} is there already, and init never writes over a configuration`);
    is(readFileSync(file, "utf8"), text);
    const board = await startBoard(t, { config: text, id: "barn" });
    await board.command("led", { on: true, for: "10s" });
    await board.waitForLast("led/on", "is on", ({ value }) => value === true);
    await board.stop();
  },
  LIMIT,
);

spec(
  "without questions the machine gives the name; a wrong word, a wrong name and a folder that is not there write nothing",
  async (t) => {
    const file = place(t);
    const hardware = await holdfast(t, ["init", file, "--hardware", "real", "--yes"]);
    equal(
      [hardware.code, hardware.err],
      [2, 'holdfast: --hardware: "real" is none; allowed are emulated and linux\n'],
    );
    const name = await holdfast(t, ["init", file, "--id", "Big Barn", "--hardware", "emulated", "--yes"]);
    is(name.code, 2);
    match(name.err, "board.id");
    is(existsSync(file), false);
    const nowhere = await holdfast(t, ["init", `${file}/x.json`, "--hardware", "emulated", "--yes"]);
    is(nowhere.code, 1);
    match(nowhere.err, "cannot be written: ENOENT");
    const made = await holdfast(t, ["init", file, "--hardware", "emulated", "--yes", "--json"]);
    equal([made.code, made.err], [0, ""]);
    const { written, devices } = JSON.parse(made.out) as { written: string; devices: string[] };
    equal([written, devices], [file, ["climate", "led"]]);
  },
  LIMIT,
);

spec(
  "on a Pi nothing that switches is written, and a bus that is not there is said",
  async (t) => {
    const file = place(t);
    const tree = `${file}.tree`;
    const { proc } = bcmTree("Raspberry Pi 4 Model B Rev 1.4", PI_4, { i2c1: "okay" }) as { proc: Folder };
    mkdirSync(tree);
    writeFiles(tree, proc["device-tree"] as Folder);
    const made = await holdfast(t, ["init", file, "--id", "barn", "--yes"], { HOLDFAST_DEVICE_TREE: tree });
    equal([made.code, made.out.includes("board barn, linux, ")], [0, true], made.err);
    match(made.err, "this machine is a Raspberry Pi 4 Model B");
    is(readFileSync(file, "utf8").includes("safe"), false);
    is((await holdfast(t, ["check", file])).code, 0);
  },
  LIMIT,
);
