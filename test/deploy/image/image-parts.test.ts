import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { equal, is, match, ok, throws } from "uvu/assert";
import { syslogEntry } from "../../../deploy/cli/log-entry.ts";
import { bootFiles } from "../../../deploy/image/boot-files.ts";
import { busyboxApplets } from "../../../deploy/image/busybox-applets.ts";
import { imageCache } from "../../../deploy/image/debian-packages.ts";
import { elfNeeds } from "../../../deploy/image/elf-needs.ts";
import { initramfs } from "../../../deploy/image/initramfs.ts";
import { moduleNames } from "../../../deploy/image/modules.ts";
import { needTools } from "../../../deploy/image/run-tool.ts";
import { bootLevelProblems } from "../../../firmware/board/boot-levels.ts";
import type { HardwarePlan } from "../../../firmware/contracts/output-plan.ts";
import { fixtureFiles } from "../../firmware/board/fixture-files.ts";
import { spec } from "../../harness/spec.ts";

const relay = { kind: "line", activeLow: true, safe: "off", onCrash: "safe", line: "GPIO6" } as const;
const PLAN: HardwarePlan = { outputs: [relay], inputs: [], buses: [] };

spec("the boot partition says the safe levels, where the guardian looks for them", () => {
  const files = bootFiles(PLAN);
  equal(bootLevelProblems(PLAN, fixtureFiles({ boot: { firmware: files } })), []);
  match(files["config.txt"]!, /\nkernel=kernel8\.img\ninitramfs initramfs\.gz followkernel\nenable_uart=1\n/);
  match(files["cmdline.txt"]!, /^console=tty0 console=ttyS1,115200 panic=5 quiet\n$/);
});

spec("a board that uses a line of the serial port has no console there", () => {
  const files = bootFiles({ ...PLAN, outputs: [{ ...relay, line: "GPIO14" }] });
  match(files["config.txt"]!, /\nenable_uart=0\n/);
  is(files["cmdline.txt"], "console=tty0 panic=5 quiet\n");
});

spec("a board gets modules of the buses that it uses, and no others", () => {
  const names = (plan: Partial<HardwarePlan>, wifi = false) =>
    moduleNames({ ...PLAN, ...plan }, wifi).board.filter((name) => /bcm2835$|bcm2835aux|w1|brcm/.test(name));
  equal(names({}), []);
  equal(names({ buses: [{ bus: "i2c-1", hz: 100_000 }] }, true), ["i2c_bcm2835", "brcmfmac"]);
  equal(names({ buses: [{ bus: "w1", hz: 16_000, w1: { line: "GPIO4", devices: [] } }] }), [
    "w1_gpio",
    "w1_therm",
  ]);
  equal(names({ buses: [{ bus: "spi1", hz: 100_000, spi: [] }] }), ["spi_bcm2835aux"]);
  equal(names({ outputs: [{ ...relay, kind: "pwm", line: "GPIO18" }] }), ["pwm_bcm2835"]);
});

spec(
  "the first file system loads what the card needs and hands the rest on; the same parts are the same bytes",
  () => {
    const module = (name: string) => ({ name, content: Buffer.from(name) });
    const parts = {
      ...{ busybox: Buffer.from("b"), bootDisk: Buffer.from("d"), init: Buffer.from("i") },
      disk: [module("crc"), module("ext4")],
      board: [module("crc"), module("wdt")],
    };
    const made = initramfs(parts);
    const text = gunzipSync(made).toString("latin1");
    ok(text.includes("crc\next4\n"));
    match(text, /modules\/board\0+wdt\n/);
    is(text.split("modules/crc.ko").length, 2, "once");
    equal(initramfs(parts), made);
  },
);

spec("busybox's names are read from its table, without its own", () => {
  const program = Buffer.from("ELF\0junk\0[\0[[\0ash\0busybox\0cat\0zcat\0Usage: ...\0");
  equal(busyboxApplets(program), ["[", "[[", "ash", "cat", "zcat"]);
  throws(() => busyboxApplets(Buffer.from("ELF")), /no table/);
});

spec("what a program asks for is read from the program: that of this Node names its libc and loader", (t) => {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) t.skip("ELF-64 only");
  const needs = elfNeeds(readFileSync(process.execPath));
  ok(needs.includes("libc.so.6"), needs.join());
  ok(
    needs.some((name) => /^ld-linux/.test(name)),
    needs.join(),
  );
  equal(elfNeeds(Buffer.from("#!/bin/sh\n")), []);
});

spec("what is not installed is told at once, with the command that helps", () => {
  throws(
    () => needTools(["mformat", "mcopy", "mksquashfs"], "/nowhere"),
    /^mformat, mcopy, mksquashfs is not installed; .*sudo apt-get install mtools squashfs-tools$/,
  );
  needTools([], "/nowhere");
});

spec("parts are kept where the user's caches are", () => {
  is(imageCache({ XDG_CACHE_HOME: "/cache" }), "/cache/holdfast/image");
  ok(imageCache({}).endsWith("/.cache/holdfast/image"));
});

spec("every script of the board is one that a shell can read, and none uses what busybox lacks", () => {
  const sources = fileURLToPath(new URL("../../../../deploy/image/", import.meta.url));
  const scripts = readdirSync(`${sources}slot`)
    .filter((name) => name !== "inittab")
    .map((name) => `${sources}slot/${name}`);
  for (const script of [...scripts, `${sources}boot/init.sh`]) {
    execFileSync("sh", ["-n", script]);
    const text = readFileSync(script, "utf8");
    ok(!/\[\[|function |local |<\(|\$'/.test(text), `${script} is for another shell`);
  }
});

spec("a line of the board goes into the log whole, however long it is, as holdfast logs reads it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-log-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const script = fileURLToPath(new URL("../../../../deploy/image/slot/log-lines", import.meta.url));
  const lines = ["first", JSON.stringify({ long: "x".repeat(3000), quoted: '"\\ %s' })];
  execFileSync("sh", [script, join(folder, "messages")], { input: `${lines.join("\n")}\n` });
  const now = new Date();
  const kept = readFileSync(join(folder, "messages"), "utf8").trimEnd().split("\n");
  equal(
    kept.map((line) => syslogEntry(line, now)).map(({ from, text }) => `${from} ${text}`),
    lines.map((line) => `board ${line}`),
  );
  ok(syslogEntry(kept[0]!, now).at !== null);
});

spec(
  "whatever time zone the board is told, a line of its log is read with the time at which it was written",
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-log-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const slot = fileURLToPath(new URL("../../../../deploy/image/slot/", import.meta.url));
    const before = process.env.TZ;
    t.defer(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });
    const began = Math.floor(Date.now() / 1000) * 1000;
    // init has no time zone; whoever reads by ssh has the board's, and so may what starts a logger.
    for (const [written, read] of [
      [undefined, "Asia/Tokyo"],
      ["Asia/Tokyo", "America/Caracas"],
    ] as const) {
      const { TZ: _, ...environment } = process.env;
      const env = { ...environment, ...(written !== undefined && { TZ: written }) };
      execFileSync("sh", [`${slot}log-lines`, join(folder, "messages")], { input: "hot\n", env });
      process.env.TZ = read;
      const [line = ""] = readFileSync(join(folder, "messages"), "utf8").split("\n");
      const at = Date.parse(syslogEntry(line, new Date()).at ?? "");
      ok(at >= began && at <= Date.now(), `${line} was written at ${new Date(began).toISOString()}`);
      rmSync(join(folder, "messages"));
    }
    const common = readFileSync(`${slot}common`, "utf8");
    const say = common.slice(common.indexOf("say()"), common.indexOf("# For programs"));
    const script = `logger() { echo "\${TZ:-none}"; }\nTZ=Asia/Tokyo\n${say.replace("/dev/console", "/dev/null").replace("2>/dev/null", "")}\nsay x`;
    is(execFileSync("sh", ["-c", script]).toString().trim(), "UTC");
  },
);
