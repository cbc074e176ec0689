import { Worker } from "node:worker_threads";
import * as assert from "uvu/assert";
import { spec } from "../../harness/spec.ts";

/** As in `fixtures/parked-thread.ts`, whose module runs the thread. */
const WORD = { bell: 0, put: 1, taken: 2, timers: 3 } as const;
const RINGS = 2000;
/** Of one answer: a ring that was slept through is never answered. */
const LIMIT_MS = 10_000;

spec(
  "no ring is slept through, whether it comes in the sleep, in the spin, or when no timer runs",
  async () => {
    const words = new Int32Array(new SharedArrayBuffer(16));
    const thread = new Worker(new URL("./fixtures/parked-thread.js", import.meta.url), {
      workerData: words.buffer,
    });
    const put = (what: number) => {
      Atomics.store(words, WORD.put, what);
      Atomics.add(words, WORD.bell, 1);
      Atomics.notify(words, WORD.bell);
    };
    for (let n = 1; n <= RINGS; n++) {
      put(n);
      const answer = Atomics.wait(words, WORD.taken, n - 1, LIMIT_MS);
      assert.is.not(answer, "timed-out", `ring ${n}`);
      // Every moment of the timer's 200 us, and beyond.
      const nextMs = performance.now() + (n % 250) / 1000;
      while (performance.now() < nextMs);
    }
    const ended = new Promise((done) => thread.once("exit", done));
    put(-1);
    assert.is(await ended, 0);
    const timers = words[WORD.timers]!;
    assert.ok(timers > 0, "some timers were met before the next ring");
    assert.ok(timers < RINGS, `and others overtaken by it (${timers} met)`);
  },
  { limitMs: 60_000 },
);
