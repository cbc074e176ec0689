import * as assert from "uvu/assert";
import {
  createProgressMemory,
  mirrorProgress,
  ProgressWord,
  progressWords,
} from "../../../runtime/cell/progress-word.ts";
import { type CoreTime, parseSchedstat } from "../../../runtime/watchdog/core-time.ts";
import type { Finding } from "../../../runtime/watchdog/finding.ts";
import { verdictOf } from "../../../runtime/watchdog/verdict.ts";
import { WATCHDOG_DEFAULTS, Watchdog } from "../../../runtime/watchdog/watchdog.ts";
import { spec } from "../../harness/spec.ts";

/** A watchdog over one cell, cranked by hand; pets are left out of the trace. */
function setUp({ withBell = true }: { withBell?: boolean } = {}) {
  const trace: string[] = [];
  const findings: Finding[] = [];
  let core: CoreTime = { ranUs: 0, waitedUs: 0 };
  const watchdog = new Watchdog(
    {
      pet() {},
      fence: (cell) => trace.push(`fence ${cell}`),
      endCell: (finding) => {
        trace.push(`end: ${finding.cause}`);
        findings.push(finding);
      },
      blocked: (finding) => {
        trace.push("blocked");
        findings.push(finding);
      },
      endRuntime: (why) => trace.push(`end runtime: ${why}`),
    },
    WATCHDOG_DEFAULTS,
    () => core,
  );
  const memory = createProgressMemory();
  const bell = new SharedArrayBuffer(4);
  const progress = new ProgressWord(memory);
  progress.runsIn(17);
  watchdog.watch({ cell: "pump", incarnation: 1, progress: memory, ...(withBell ? { bell } : {}) });
  return {
    watchdog,
    progress,
    memory,
    bell: new Int32Array(bell),
    take: () => trace.splice(0),
    last: () => findings.at(-1)!,
    setCore: (ranUs: number, waitedUs: number) => {
      core = { ranUs, waitedUs };
    },
    /** Looks whenever it wants to, from one time to another. */
    lookOn(fromUs: number, toUs: number): void {
      for (let us = fromUs; us <= toUs; us = watchdog.look(us));
    },
  };
}

spec("code that runs past its hard deadline is hung", () => {
  const { progress, lookOn, take, last } = setUp();
  progress.begin(3, 50_000, 1000);
  lookOn(2000, 49_000);
  assert.equal(take(), []);
  lookOn(49_000, 60_000);
  assert.equal(take(), ["fence pump", "end: hung"]);
  const about = { cell: "pump", incarnation: 1, lateUs: 100, workedUs: 48_100, process: 3 };
  assert.equal(last(), { cause: "hung", ...about });
});

spec("work that was past its hard deadline before it was resumed is late, behind who ran before it", () => {
  const { progress, watchdog, take, last } = setUp();
  progress.begin(7, 90_000, 1000);
  progress.begin(3, 40_000, 60_000);
  watchdog.look(60_100);
  assert.equal(take(), ["fence pump", "end: late"]);
  assert.equal([last().process, last().behind], [3, 7]);
});

spec("the next process that is in time is hung by its own fault", () => {
  const { progress, watchdog, take, last } = setUp();
  progress.begin(3, 40_000, 60_000);
  progress.begin(4, 90_000, 61_000);
  watchdog.look(91_000);
  assert.equal(take(), ["fence pump", "end: hung"]);
  assert.equal([last().process, last().behind], [4, undefined]);
});

spec("work whose thread got no core is late, with the time it waited for one", () => {
  const { progress, lookOn, setCore, take, last } = setUp();
  setCore(1_000_000, 500_000);
  progress.begin(3, 50_000, 0);
  lookOn(10_000, 40_000);
  setCore(1_005_000, 535_000);
  lookOn(40_000, 60_000);
  assert.equal(take(), ["fence pump", "end: late"]);
  assert.is(last().withoutCoreUs, 35_000);
});

spec("a thread that waited for a core for the lesser part of the time is hung", () => {
  const { progress, lookOn, setCore, take } = setUp();
  progress.begin(3, 50_000, 0);
  lookOn(10_000, 40_000);
  setCore(10_000, 20_000);
  lookOn(40_000, 60_000);
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("a thread that ran for 20 ms and is not done is hung, however long it waited for a core", () => {
  const { progress, lookOn, setCore, take } = setUp();
  progress.begin(3, 500_000, 0);
  lookOn(10_000, 400_000);
  setCore(20_000, 470_000);
  lookOn(400_000, 510_000);
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("work that waits for the guardian is blocked: told once, neither fenced nor ended", () => {
  const { progress, lookOn, take, last } = setUp();
  progress.begin(3, 50_000, 0);
  progress.waitFor(4, 200_000);
  lookOn(10_000, 190_000);
  assert.equal(take(), ["blocked"]);
  assert.equal([last().waitsFor, last().lateUs], [4, 100]);
  progress.waited();
  progress.end();
  lookOn(190_000, 400_000);
  assert.equal(take(), []);
});

spec("who does not go on when the guardian's time is over is hung", () => {
  const { progress, lookOn, take } = setUp();
  progress.begin(3, 50_000, 0);
  progress.waitFor(4, 100_000);
  lookOn(10_000, 99_000);
  assert.equal(take(), ["blocked"]);
  lookOn(99_000, 118_000);
  assert.equal(take(), [], "it has 20 ms to wake up and to end");
  lookOn(118_000, 130_000);
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("an answer that came after the hard deadline is not the fault of who had to wait for it", () => {
  const { progress, watchdog, lookOn, take } = setUp();
  progress.begin(3, 50_000, 0);
  progress.waitFor(4, 250_000);
  lookOn(10_000, 149_000);
  assert.equal(take(), ["blocked"]);
  progress.waited();
  watchdog.look(150_000);
  progress.end();
  lookOn(151_000, 400_000);
  assert.equal(take(), []);
});

spec("who asks the guardian again and again is excused no longer than one request may take", () => {
  const { progress, watchdog, take } = setUp();
  progress.begin(3, 50_000, 0);
  for (let us = 10_000; us < 340_000; us += 1000) {
    progress.waitFor(4, us + 250_000);
    watchdog.look(us);
  }
  assert.equal(take(), ["blocked", "fence pump", "end: hung"]);
});

spec("a parked cell whose timer was due half a second ago is late: it does not wake up", () => {
  const { progress, lookOn, take, last } = setUp();
  progress.park(100_000, 0);
  lookOn(0, 599_000);
  assert.equal(take(), []);
  lookOn(599_000, 640_000);
  assert.equal(take(), ["fence pump", "end: late"]);
  assert.is(last().asleep, true);
});

spec("a parked cell whose bell rang half a second ago is late", () => {
  const { progress, bell, lookOn, take, last } = setUp();
  progress.park(Number.POSITIVE_INFINITY, 0);
  lookOn(0, 5_000_000);
  assert.equal(take(), [], "without a bell it may sleep for ever");
  Atomics.add(bell, 0, 1);
  lookOn(5_000_000, 5_490_000);
  assert.equal(take(), []);
  lookOn(5_490_000, 5_600_000);
  assert.equal(take(), ["fence pump", "end: late"]);
  assert.is(last().asleep, true);
});

spec("a cell that wakes for each ring and parks again is never late", () => {
  const { progress, bell, watchdog, take } = setUp();
  for (let us = 0; us < 3_000_000; us += 10_000) {
    Atomics.add(bell, 0, 1);
    watchdog.look(us);
    progress.woke();
    progress.park(us + 1_000_000, Atomics.load(bell, 0));
  }
  assert.equal(take(), []);
});

spec("a bell that is not watched wakes nobody in vain", () => {
  const { progress, bell, lookOn, take } = setUp({ withBell: false });
  progress.park(Number.POSITIVE_INFINITY, 0);
  Atomics.add(bell, 0, 1);
  lookOn(0, 2_000_000);
  assert.equal(take(), []);
});

spec("a time to wake up that passes where the 32-bit tick counter wraps is seen", () => {
  for (const wrapUs of [2 ** 31 * 100, 2 ** 32 * 100]) {
    const { progress, lookOn, take } = setUp();
    progress.park(wrapUs, 0);
    lookOn(wrapUs - 100_000, wrapUs + 490_000);
    assert.equal(take(), []);
    lookOn(wrapUs + 490_000, wrapUs + 600_000);
    assert.equal(take(), ["fence pump", "end: late"]);
  }
});

spec("a stall of the machine blames no cell: what it took is added to the deadline, and 3 ms once", () => {
  const { progress, watchdog, take, last } = setUp();
  progress.begin(3, 15_000, 0);
  const due = watchdog.look(10_000);
  assert.is(due, 15_100);
  const next = watchdog.look(due + 40_000);
  assert.equal(take(), []);
  assert.is(next, 15_000 + 40_000 + 3000 + 100);
  watchdog.look(next);
  assert.equal(take(), ["fence pump", "end: hung"], "it had its time and more");
  assert.equal([last().lateUs, last().stalledUs], [100, 43_000]);
});

spec("a watchdog that wakes a little late gives nobody more time", () => {
  const { progress, watchdog, take } = setUp();
  progress.begin(3, 15_000, 0);
  watchdog.look(watchdog.look(10_000) + 4900);
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("a cell that hangs is found on a machine that stalls at every look", () => {
  const { progress, watchdog, take } = setUp();
  progress.begin(3, 15_000, 0);
  let us = 10_000;
  for (let stall = 0; stall < 4; stall++) us = watchdog.look(us) + 8000;
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("work that begins after a stall has no more time for it", () => {
  const { progress, watchdog, take } = setUp();
  progress.begin(3, 15_000, 0);
  watchdog.look(watchdog.look(10_000) + 40_000);
  progress.begin(3, 70_000, 60_000);
  watchdog.look(60_000);
  watchdog.look(70_100);
  assert.equal(take(), ["fence pump", "end: hung"]);
});

spec("time in which the machine stood still is not counted against a sleeper", () => {
  const { progress, watchdog, lookOn, take } = setUp();
  progress.park(100_000, 0);
  lookOn(0, 200_000);
  watchdog.look(210_000 + 450_000);
  lookOn(660_000, 1_000_000);
  assert.equal(take(), []);
  lookOn(1_000_000, 1_100_000);
  assert.equal(take(), ["fence pump", "end: late"]);
});

spec("a cell in another process that sleeps too long is seen through its heartbeat", () => {
  const { watchdog, take } = setUp();
  const [far, mirror] = [createProgressMemory(), createProgressMemory()];
  watchdog.watch({ cell: "far", incarnation: 1, progress: mirror });
  new ProgressWord(far).park(100_000, 0);
  for (let us = 0; us < 700_000; us += 10_000) {
    mirrorProgress(mirror, progressWords(far), us + 500_000);
    watchdog.look(us);
  }
  assert.equal(take(), ["fence far", "end: late"]);
});

const hung = {
  cause: "hung",
  cell: "pump",
  incarnation: 1,
  lateUs: 100,
  workedUs: 30_000,
  process: 3,
} as const;

spec("the collector is to blame when without its pauses the work would have been in time", () => {
  const told = (collectorUs: number, finding = hung) =>
    verdictOf(finding, { atUs: 25_000, stack: "at f", collectorUs }, 5000).cause;
  assert.is(told(26_000), "garbageCollection");
  assert.is(told(20_000), "hung", "it would have been late all the same");
  assert.is(told(0), "hung");
  const late = verdictOf({ ...hung, cause: "late" }, { atUs: 9, stack: "at f", collectorUs: 90_000 }, 0);
  assert.is(late.cause, "late", "others kept it, whatever the collector did then");
});

spec("a pause before an endless loop is no excuse for the loop", () => {
  const code = { atUs: 6000, stack: "at f", collectorUs: 12_000 };
  assert.is(verdictOf(hung, code, 5000).cause, "hung");
});

spec("a verdict is what was found and what the thread told; a thread that told nothing has no stack", () => {
  const { cell: _, incarnation: __, ...about } = hung;
  assert.equal(verdictOf({ ...hung, stalledUs: 5 }, { atUs: 1, stack: "at f\nat g", collectorUs: 0 }, 0), {
    ...about,
    stalledUs: 5,
    collectorUs: 0,
    stack: "at f\nat g",
  });
  assert.equal(verdictOf(hung, undefined, 50_000), { ...about, stack: null });
});

spec("a line of schedstat is nanoseconds run and waited; anything else tells nothing", () => {
  assert.equal(parseSchedstat("1500000 2500 17\n"), { ranUs: 1500, waitedUs: 2.5 });
  assert.is(parseSchedstat(""), undefined);
});
