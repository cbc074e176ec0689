import * as assert from "uvu/assert";
import {
  createProgressMemory,
  mirrorProgress,
  ProgressWord,
  progressWords,
} from "../../../runtime/cell/progress-word.ts";
import { Watchdog } from "../../../runtime/watchdog/watchdog.ts";
import { spec } from "../../harness/spec.ts";

function setUp(startUs = 0) {
  const trace: string[] = [];
  const watchdog = new Watchdog({
    pet: () => trace.push("pet"),
    fence: (cell, incarnation) => trace.push(`fence ${cell}.${incarnation}`),
    endCell: ({ cell, cause, lateUs, process }) =>
      trace.push(cause === "hung" ? `end ${cell}#${process} ${lateUs} us late` : `end ${cell}: ${cause}`),
    blocked: ({ cell, waitsFor }) => trace.push(`${cell} waits for ${waitsFor}`),
    endRuntime: (why) => trace.push(`end runtime: ${why}`),
  });
  const memory = createProgressMemory(16);
  const progress = new ProgressWord(memory);
  watchdog.watch({ cell: "climate", incarnation: 1, progress: memory });
  const take = () => trace.splice(0);
  take();
  return { watchdog, progress, memory, take, startUs };
}

spec("it pets every 10 ms and sleeps in between", () => {
  const { watchdog, take } = setUp();
  assert.is(watchdog.look(0), 10_000);
  assert.is(watchdog.look(4000), 10_000);
  assert.is(watchdog.look(10_000), 20_000);
  assert.equal(take(), ["pet", "pet"]);
});

spec("a cell past its hard deadline is fenced once, then ended", () => {
  const { watchdog, progress, take } = setUp();
  watchdog.look(0);
  progress.begin(3, 5000, 0);
  assert.is(watchdog.look(1000), 5100, "it looks again just after the deadline");
  assert.equal(take(), ["pet"]);
  watchdog.look(5200);
  watchdog.look(6000);
  assert.equal(take(), ["fence climate.1", "end climate#3 200 us late"]);
});

spec("an idle cell is never late", () => {
  const { watchdog, progress, take } = setUp();
  watchdog.look(0);
  progress.begin(1, 5000, 0);
  progress.end();
  for (let us = 1000; us < 9000; us += 1000) watchdog.look(us);
  assert.equal(take(), ["pet"]);
});

spec("deadlines compare rightly where the 32-bit tick counter wraps", () => {
  for (const wrapUs of [2 ** 31 * 100, 2 ** 32 * 100]) {
    const { watchdog, progress, take } = setUp();
    progress.begin(1, wrapUs + 2000, 0);
    watchdog.look(wrapUs - 1000);
    assert.equal(take(), ["pet"]);
    watchdog.look(wrapUs + 2500);
    assert.is(take()[0], "fence climate.1");
  }
});

spec("a cell that is not gone 250 ms after it was to be ended ends the runtime", () => {
  const { watchdog, progress, take } = setUp();
  progress.begin(1, 1000, 0);
  for (let us = 2000; us < 252_000; us += 10_000) watchdog.look(us);
  take();
  watchdog.look(253_000);
  assert.equal(take(), ["pet", "end runtime: cell climate could not be ended"]);
});

spec("time in which the watchdog itself stood still does not count as time to end a cell", () => {
  const { watchdog, progress, take } = setUp();
  progress.begin(1, 1000, 0);
  const next = watchdog.look(2000);
  watchdog.look(next + 400_000);
  take();
  watchdog.look(next + 410_000);
  assert.equal(take(), ["pet"]);
});

spec("a kernel thread that hangs is seen on a machine that stalls again and again", () => {
  const { watchdog, take } = setUp();
  watchdog.kernelBeat(0);
  let us = 0;
  for (let stall = 0; stall < 100; stall++) us = watchdog.look(watchdog.look(us) + 40_000);
  assert.ok(take().some((what) => what.startsWith("end runtime: the kernel thread")));
});

spec("a cell that is gone in time is forgotten; its next life is watched afresh", () => {
  const { watchdog, progress, take } = setUp();
  progress.begin(1, 1000, 0);
  watchdog.look(2000);
  watchdog.unwatch("climate", 1);
  watchdog.watch({ cell: "climate", incarnation: 2, progress: createProgressMemory() });
  watchdog.unwatch("climate", 1);
  take();
  watchdog.look(500_000);
  assert.equal(take(), ["pet"]);
});

spec("a kernel thread that is late by more than its limit ends the runtime", () => {
  const { watchdog, take } = setUp();
  watchdog.kernelBeat(0);
  watchdog.look(249_000);
  take();
  watchdog.look(251_000);
  assert.equal(take(), ["end runtime: the kernel thread is 251 ms late"]);
});

spec(
  "a cell above its limit of memory outside the heap is fenced once, then ended; at the limit it stays",
  () => {
    const { watchdog, progress, take } = setUp();
    progress.external(16 * 1024);
    watchdog.look(0);
    assert.equal(take(), ["pet"]);
    progress.external(16 * 1024 + 1);
    watchdog.look(10_000);
    watchdog.look(20_000);
    assert.equal(take(), ["pet", "fence climate.1", "end climate: outOfMemory", "pet"]);
  },
);

spec("a cell without such a limit may hold what it likes", () => {
  const { watchdog, take } = setUp();
  const memory = createProgressMemory();
  new ProgressWord(memory).external(2 ** 40);
  watchdog.watch({ cell: "free", incarnation: 1, progress: memory });
  watchdog.look(0);
  assert.equal(take(), ["pet"]);
});

spec(
  "words of another process count until they are stale: its deadline, or its silence, whichever is first",
  () => {
    const { watchdog, memory, take } = setUp();
    const far = createProgressMemory();
    const progress = new ProgressWord(far);
    progress.begin(4, 30_000, 0);
    mirrorProgress(memory, progressWords(far), 500_000);
    watchdog.look(0);
    watchdog.look(29_000);
    assert.equal(take(), ["pet", "pet"]);
    progress.end();
    mirrorProgress(memory, progressWords(far), 525_000);
    for (let us = 39_000; us <= 525_000; us += 10_000) watchdog.look(us);
    assert.ok(take().every((line) => line === "pet"));
    watchdog.look(529_000);
    assert.equal(take(), ["pet", "fence climate.1", "end climate#4 4000 us late"]);
  },
);

spec("a mirrored deadline before the end of the news is judged as in its own process", () => {
  const { watchdog, memory, take } = setUp();
  const far = createProgressMemory();
  new ProgressWord(far).begin(4, 5000, 0);
  mirrorProgress(memory, progressWords(far), 500_000);
  watchdog.look(0);
  watchdog.look(5200);
  assert.equal(take(), ["pet", "fence climate.1", "end climate#4 200 us late"]);
});
