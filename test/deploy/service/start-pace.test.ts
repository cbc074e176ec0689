import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is } from "uvu/assert";
import { forgetStarts, nextStart, noteStart, type StartRecord } from "../../../deploy/board/start-pace.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

/** Waits of starts of which each lived so long after its wait. */
function waits(livedMs: readonly number[]): number[] {
  let record: StartRecord | undefined;
  let nowMs = 1000;
  return livedMs.map((lived) => {
    record = nextStart(record, nowMs);
    nowMs += record.waitedMs + lived;
    return record.waitedMs;
  });
}

spec(
  "four guardians that end at once are followed at once, the next ones later each time, up to a bound",
  () => {
    equal(waits(Array(12).fill(700)), [0, 0, 0, 0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  },
);

spec("one that lived is followed at once, whatever came before", () => {
  equal(waits([700, 700, 700, 700, 700, 10_000, 700, 700]), [0, 0, 0, 0, 500, 1000, 0, 0]);
  equal(waits([700, 700, 700, 700, 700, 9999, 700]), [0, 0, 0, 0, 500, 1000, 2000]);
});

spec("starts are counted in a folder in memory; without one, or with half a note, nobody waits", (t) => {
  const folder = aFolder(t);
  const start = (nowMs: number) => noteStart(folder, nowMs);
  equal([1, 2, 3, 4, 5, 506].map(start), [0, 0, 0, 0, 500, 1000]);
  writeFileSync(join(folder, "start.json"), '{"atMs":1');
  is(start(2000), 0);
  is(noteStart(undefined, 1), 0);
  is(noteStart("", 1), 0);
  const notAFile = aFolder(t);
  mkdirSync(join(notAFile, "start.json"));
  for (let nowMs = 0; nowMs < 10; nowMs++) is(noteStart(notAFile, nowMs), 0);
});

spec("ends in order are no deaths: the stop step has them forgotten, and only them", (t) => {
  const folder = aFolder(t);
  const program = fileURLToPath(new URL("../../../deploy/board/stop-step.js", import.meta.url));
  const ended = (SERVICE_RESULT: string) => {
    noteStart(folder, 1);
    const env = { ...process.env, RUNTIME_DIRECTORY: folder, HOLDFAST_KEPT: folder, SERVICE_RESULT };
    is(spawnSync(process.execPath, [program, "60000"], { env }).status, 0);
    return existsSync(join(folder, "start.json"));
  };
  equal(
    [ended("success"), ended("signal"), ended("watchdog"), ended("exit-code")],
    [false, true, true, true],
  );
});

spec("a note that cannot be taken away, or was never made, stops nobody", (t) => {
  const folder = aFolder(t);
  mkdirSync(join(folder, "start.json"));
  for (const one of [folder, join(folder, "none"), undefined, ""]) forgetStarts(one);
  is(existsSync(join(folder, "start.json")), true);
});
