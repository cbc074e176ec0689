/** The reader of FAT beside mtools, over partitions that mtools made. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok, throws } from "uvu/assert";
import { bootFiles } from "../../../deploy/image/boot-files.ts";
import { makeFat } from "../../../deploy/image/file-systems.ts";
import { copyBootFiles } from "../../../deploy/levels/boot-copies.ts";
import { FatLevels } from "../../../deploy/levels/fat-levels.ts";
import { settleLevels } from "../../../deploy/levels/kept-levels.ts";
import { bootLevelProblems, bootLevels } from "../../../firmware/board/boot-levels.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const SLOW = { limitMs: 30_000 };
const relay = { kind: "line", safe: "off", onCrash: "safe", line: "GPIO6" } as const;
const PLAN = { outputs: [{ ...relay, activeLow: true }], inputs: [], buses: [] };
const FLIPPED = { ...PLAN, outputs: [{ ...relay, activeLow: false }] };

/** A boot partition as an image has it, with more files than one cluster of the root folder names. */
async function partition(t: SpecContext) {
  if (!existsSync("/usr/bin/mcopy")) t.skip("there is no mtools");
  const work = mkdtempSync(join(tmpdir(), "holdfast-fat-"));
  t.defer(() => rmSync(work, { recursive: true }));
  const files: Record<string, string> = { ...bootFiles(PLAN), UPPER: "short\n", empty: "" };
  for (let number = 0; number < 40; number++)
    files[`bcm2711-rpi-a-long-name-${number}.dtb`] = `${number} `.repeat(1000 + 300 * number);
  mkdirSync(join(work, "boot"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, "boot", name), text);
  await makeFat(join(work, "fat"), join(work, "boot"), 64);
  return { fat: join(work, "fat"), files, folder: join(work, "shown") };
}

spec(
  "every file of a boot partition is read as mtools wrote it, by its long name or its short one",
  async (t) => {
    const { fat, files } = await partition(t);
    const levels = new FatLevels(fat);
    for (const [name, text] of Object.entries(files)) is(levels.readFile(name)?.toString(), text, name);
    is(levels.readFile("CONFIG.TXT")?.toString(), files["config.txt"]);
    is(levels.readFile("not there"), undefined);
  },
  SLOW,
);

spec(
  "new levels change the bytes of their file and no other byte of the partition, and mtools reads them",
  async (t) => {
    const { fat, files } = await partition(t);
    const before = readFileSync(fat);
    const levels = new FatLevels(fat);
    is(settleLevels(levels, bootLevels(PLAN)), "asItWas");
    is(settleLevels(levels, bootLevels(FLIPPED)), "written");
    const after = readFileSync(fat);
    const at = before.indexOf(files["holdfast-gpio.txt"]!);
    ok(at > 0 && at % 512 === 0);
    equal(
      Buffer.concat([after.subarray(0, at), after.subarray(at + 512)]).equals(
        Buffer.concat([before.subarray(0, at), before.subarray(at + 512)]),
      ),
      true,
    );
    const read = execFileSync("mtype", ["-i", fat, "::/holdfast-gpio.txt"]).toString();
    is(read, bootFiles(FLIPPED)["holdfast-gpio.txt"]);
  },
  SLOW,
);

spec(
  "the guardian finds in the copies what the firmware will do",
  async (t) => {
    const { fat, folder } = await partition(t);
    copyBootFiles(new FatLevels(fat), folder);
    const files = {
      list: () => [],
      read: (path: string) =>
        path.startsWith("/boot/firmware/") && existsSync(join(folder, path.slice(15)))
          ? readFileSync(join(folder, path.slice(15)))
          : undefined,
    };
    equal(bootLevelProblems(PLAN, files), []);
    is(bootLevelProblems(FLIPPED, files)[0]?.kind, "differs");
  },
  SLOW,
);

spec(
  "a partition that is none, is cut short, or whose file has another length is not written",
  async (t) => {
    const { fat, folder } = await partition(t);
    const other = `${fat}-other`;
    writeFileSync(other, Buffer.alloc(4096));
    throws(() => settleLevels(new FatLevels(other), new Map()), /no FAT32 partition/);
    throws(() => settleLevels(new FatLevels(join(folder, "nothing")), new Map()), /ENOENT/);
    writeFileSync(other, "gpio=6=op,dh\n");
    execFileSync("mcopy", ["-o", "-i", fat, other, "::/holdfast-gpio.txt"]);
    throws(() => settleLevels(new FatLevels(fat), new Map()), /holdfast-gpio\.txt is not 512 bytes long/);
    truncateSync(fat, 100_000);
    throws(() => settleLevels(new FatLevels(fat), new Map()), /ends before what it says/);
  },
  SLOW,
);
