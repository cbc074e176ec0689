import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { GivenTime, shareGiven, type ThreadTimes, threadTimes } from "../../../deploy/release/given-time.ts";
import { tooLate } from "../../../deploy/release/try-application.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

const at = (...times: readonly (readonly [ran: number, waited: number])[]): ThreadTimes =>
  new Map(times.map(([ran, waited], index) => [`1/${index}`, { ranUs: ran, waitedUs: waited }]));

spec("who runs or sleeps has all of the time, who waits for a processor as much as he got of it", () => {
  is(shareGiven(at([0, 0]), at([5, 0])), 1);
  is(shareGiven(at([7, 9]), at([7, 9])), 1);
  is(shareGiven(at([0, 0]), at([1, 3])), 0.25);
  is(shareGiven(at([0, 0], [0, 0]), at([3, 0], [1, 4])), 0.5);
  is(shareGiven(at([0, 0]), at([0, 8])), 0.01);
});

spec("a thread that has just begun, or ended, is not counted", () => {
  is(shareGiven(at([1, 1]), at([2, 1], [0, 99])), 1);
  is(shareGiven(at([1, 1], [50, 50]), at([2, 2])), 0.5);
});

spec("time is counted from look to look", () => {
  const looks = [at([0, 0]), at([10, 0]), at([10, 0]), at([20, 30])];
  const time = new GivenTime(() => looks.shift()!, 1000);
  equal(
    [1000, 2000, 3000, 5000].map((nowMs) => time.until(nowMs)),
    [0, 1000, 2000, 2500],
  );
});

spec("threads are those of a process and of all that it started, as proc(5) tells them", (t) => {
  const proc = aFolder(t);
  const thread = (path: string, schedstat: string, children: string) => {
    mkdirSync(join(proc, path), { recursive: true });
    writeFileSync(join(proc, path, "schedstat"), schedstat);
    writeFileSync(join(proc, path, "children"), children);
  };
  thread("10/task/10", "100000 20000 7\n", "");
  thread("10/task/11", "30000 4000 2\n", "20 21 ");
  thread("20/task/20", "5000 6000 1\n", "");
  thread("99/task/99", "1 1 1\n", "");
  equal(
    [...threadTimes(10, proc)],
    [
      ["10/10", { ranUs: 100, waitedUs: 20 }],
      ["10/11", { ranUs: 30, waitedUs: 4 }],
      ["20/20", { ranUs: 5, waitedUs: 6 }],
    ],
  );
  is(threadTimes(98, proc).size, 0);
});

spec("this process has threads that ran", (t) => {
  if (process.platform !== "linux") t.skip("there is no /proc");
  ok([...threadTimes(process.pid).values()].some(({ ranUs }) => ranUs > 0));
});

spec(
  "a board is too late by the time that it had, on a busy machine later by the clock; and there is an end",
  () => {
    is(tooLate(239_000, 900_000), undefined);
    match(
      tooLate(240_000, 900_000)!,
      "no good reading within 240 s that this machine had for it (900 s by the clock)",
    );
    match(tooLate(60_000, 1_800_000)!, /had 60 s for it in 1800 s by the clock.*when it has less else to do/);
  },
);
