/** Whether a machine knows the time, by files that are made by hand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { equal, is } from "uvu/assert";
import { WallClock } from "../../deploy/board/wall-clock.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

const BUILT_MS = Date.UTC(2026, 10, 20);
const NOW_MS = Date.UTC(2026, 10, 26, 3);

/** A machine of these files; folders end with a slash. */
function aMachine(t: SpecContext, ...files: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), "holdfast-clock-"));
  t.defer(() => rmSync(root, { recursive: true }));
  const make = (file: string) => {
    mkdirSync(join(root, file.endsWith("/") ? file : dirname(file)), { recursive: true });
    if (!file.endsWith("/")) writeFileSync(join(root, file), "");
  };
  for (const file of files) make(file);
  const time = { wallMs: NOW_MS, nowMs: 0 };
  const clock = new WallClock({
    ...{ root, floorMs: BUILT_MS },
    wallMs: () => time.wallMs,
    nowMs: () => time.nowMs,
  });
  return { root, make, time, clock };
}

spec("a clock that shows less than the build is not set, whoever keeps it", (t) => {
  const { clock, time } = aMachine(t, "run/systemd/timesync/synchronized");
  equal([clock.ms, clock.at], [NOW_MS, "2026-11-26T03:00:00.000Z"]);
  time.wallMs = 1000;
  equal([clock.ms, clock.date, clock.at], [undefined, undefined, null]);
});

for (const [what, files, isKnown] of [
  ["of which nobody says anything", [], true],
  ["that goes on from the last orderly end", ["run/holdfast-clock-guessed"], false],
  ["that systemd-timesyncd goes on with, without an answer", ["run/systemd/timesync/"], false],
  ["that a time server has set", ["run/systemd/timesync/synchronized"], true],
  ["that a battery has kept", ["run/systemd/timesync/", "sys/class/rtc/rtc0/name"], true],
] as const)
  spec(`a clock ${what} is ${isKnown ? "believed" : "not set"}`, (t) => {
    const { clock } = aMachine(t, ...files);
    is(clock.ms, isKnown ? NOW_MS : undefined);
  });

spec("a server that answers is noticed within a second; its service may be started again", (t) => {
  const { clock, make, root, time } = aMachine(t, "run/systemd/timesync/");
  is(clock.at, null);
  make("run/systemd/timesync/synchronized");
  time.nowMs = 999;
  is(clock.at, null, "files are looked at once a second");
  time.nowMs = 1000;
  is(clock.ms, NOW_MS);
  rmSync(join(root, "run/systemd/timesync/synchronized"));
  time.nowMs = 5000;
  is(clock.ms, NOW_MS);
});
