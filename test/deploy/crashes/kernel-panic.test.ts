import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { keepPanics } from "../../../deploy/board/kept-panic.ts";
import { CrashFile } from "../../../deploy/crashes/crash-file.ts";
import { crashLineText, MOST_LINE_BYTES, parseCrashLines } from "../../../deploy/crashes/crash-record.ts";
import { panicText } from "../../../deploy/crashes/kernel-panic.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { begin, crash } from "./a-crash.ts";

/** As ramoops keeps it: the head of pstore, then the kernel's log. */
const DUMP = [
  "Panic#1 Part1",
  ...Array.from(
    { length: 200 },
    (_, second) => `<6>[  ${second}.000000] a driver says that it is well ${second}`,
  ),
  "<0>[  201.000000] Kernel panic - not syncing: sysrq triggered crash",
  "<4>[  201.000001] CPU: 1 PID: 77 Comm: sh Not tainted 6.1.0-56-arm64 #1  Debian 6.1.0",
  "<4>[  201.000002] Call trace:",
  "<4>[  201.000003]  panic+0x170/0x360",
  "<0>[  201.000004] ---[ end Kernel panic - not syncing: sysrq triggered crash ]---",
  "",
].join("\n");

spec("a panic becomes a report of the life that it ended: why, and the last lines that fit", () => {
  const kept = [begin(), crash(2)];
  const text = panicText(kept, DUMP);
  ok(Buffer.byteLength(text) <= MOST_LINE_BYTES);
  const [report] = parseCrashLines(text) as unknown as [
    { life: string; n: number; cause: string; stack: string; kind: string },
  ];
  equal(
    [report.life, report.n, report.kind, report.cause],
    [kept[0]!.life, 3, "panic", "sysrq triggered crash"],
  );
  match(report.stack, /^\[ {2}\d+\.000000\] a driver says/);
  match(report.stack, /\n\[ {2}201\.000003\] {2}panic\+0x170\/0x360\n.* end Kernel panic .*$/);
});

spec("a board without any report yet, and a dump without a reason, are told as well", () => {
  const [report] = parseCrashLines(panicText([], "<6>[ 1.0] the end\n"));
  equal([report?.life, report?.n], ["0000000000000000", 1]);
  match((report as { cause?: string }).cause!, /says no more than the lines below/);
});

/** A pstore with this file in it, and a state folder. */
function machine(t: SpecContext, name: string) {
  const work = mkdtempSync(join(tmpdir(), "holdfast-panic-"));
  t.defer(() => rmSync(work, { recursive: true }));
  const store = join(work, "pstore");
  mkdirSync(store);
  writeFileSync(join(store, name), DUMP);
  return { store, state: join(work, "state"), crashes: new CrashFile(join(work, "state"), "greenhouse") };
}

spec(
  "a dump is kept with the crash reports and then removed; a power cut between the two keeps it once",
  async (t) => {
    const { store, state, crashes } = machine(t, "dmesg-ramoops-0");
    await crashes.append(crashLineText(begin()), { head: "", sync: false, torn: false });
    const failed: string[] = [];
    await keepPanics(state, "greenhouse", (why) => failed.push(why), store);
    equal(readdirSync(store), []);
    writeFileSync(join(store, "dmesg-ramoops-0"), DUMP);
    await keepPanics(state, "greenhouse", (why) => failed.push(why), store);
    equal(readdirSync(store), []);
    equal(
      crashes.read().map(({ kind }) => kind),
      ["begin", "panic"],
    );
    equal(failed, []);
  },
);

spec(
  "what is no text of the kernel stays where it is, and a state folder that takes nothing is said",
  async (t) => {
    const { store, state, crashes } = machine(t, "dmesg-ramoops-0.enc.z");
    const failed: string[] = [];
    await keepPanics(state, "greenhouse", (why) => failed.push(why), store);
    equal(crashes.read(), []);
    writeFileSync(join(store, "dmesg-ramoops-1"), DUMP);
    writeFileSync(state, "a file in the folder's place");
    await keepPanics(state, "greenhouse", (why) => failed.push(why), store);
    is(failed.length, 1);
    match(failed[0]!, /a kernel's last words: .*(ENOTDIR|EEXIST)/);
    equal(readdirSync(store).sort(), ["dmesg-ramoops-0.enc.z", "dmesg-ramoops-1"]);
    await keepPanics(state, "greenhouse", (why) => failed.push(why), join(store, "nothing"));
    is(failed.length, 1);
  },
);
