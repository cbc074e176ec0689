import fc from "fast-check";
import * as assert from "uvu/assert";
import { type TimerHandle, type TimerToken, TimerWheel } from "../../../runtime/time/timer-wheel.ts";
import { spec } from "../../harness/spec.ts";

const year = 365.25 * 24 * 3600e6;

spec("timers fire in expiry order, with their token and the expiry asked for", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  wheel.start(300, 3);
  wheel.start(100, 1);
  wheel.start(200, 2);
  assert.equal(fire(wheel, 250), ["1@100", "2@200"]);
  assert.equal(fire(wheel, 300), ["3@300"]);
  assertEmpty(wheel);
});

spec("timers of one microsecond fire in start order, whatever level they started at", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  const expiry = 5_000_000;
  for (const [token, startedAtUs] of [0, 1_000_000, 4_900_000, 4_999_990, 5_000_000].entries()) {
    fire(wheel, startedAtUs - 1);
    wheel.start(expiry, token);
  }
  assert.equal(fire(wheel, expiry - 1), []);
  assert.equal(
    fire(wheel, expiry),
    [0, 1, 2, 3, 4].map((token) => `${token}@${expiry}`),
  );
});

spec("a timer never fires early: expiries round up, now rounds down", () => {
  const wheel = new TimerWheel({ startUs: 0.9 });
  wheel.start(10.1, 1);
  assert.is(wheel.nextExpiryUs(), 11);
  assert.equal(fire(wheel, 10.99), []);
  assert.equal(fire(wheel, 11), ["1@11"]);
});

spec("a timer that is late at its start fires in the next advance, and keeps its expiry", () => {
  const wheel = new TimerWheel({ startUs: 1000 });
  wheel.start(-50, 1);
  wheel.start(999, 2);
  wheel.start(1000, 3);
  assert.is(wheel.nextExpiryUs(), 1000);
  assert.equal(fire(wheel, 1000), ["1@-50", "2@999", "3@1000"]);
});

spec("a timer started inside an expiry and due by now fires in the same advance, in its place", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  wheel.start(10, 1);
  wheel.start(30, 3);
  const trace: string[] = [];
  wheel.advance(50, (token, expiryUs) => {
    trace.push(`${token}@${expiryUs}`);
    if (token !== 1) return;
    wheel.start(20, 2);
    wheel.start(10, 10);
    wheel.start(51, 51);
  });
  assert.equal(trace, ["1@10", "10@10", "2@20", "3@30"]);
  assert.is(wheel.nextExpiryUs(), 51);
});

spec("cancelling inside an expiry stops a timer of the same microsecond", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  const handles: TimerHandle[] = [];
  const trace: TimerToken[] = [];
  for (let token = 0; token < 3; token++) handles.push(wheel.start(70, token));
  wheel.advance(70, (token) => {
    trace.push(token);
    if (token === 0) assert.is(wheel.cancel(handles[1]!), true);
    assert.is(wheel.cancel(handles[0]!), false, "its own timer no longer runs");
  });
  assert.equal(trace, [0, 2]);
  assertEmpty(wheel);
});

spec("a stale handle cancels nothing, also when its place was used again", () => {
  const wheel = new TimerWheel({ startUs: 0, capacity: 1 });
  const first = wheel.start(10, 1);
  assert.is(wheel.cancel(first), true);
  assert.is(wheel.cancel(first), false);
  const second = wheel.start(10, 2);
  assert.is.not(second, first);
  assert.is(wheel.cancel(first), false);
  assert.equal(fire(wheel, 10), ["2@10"]);
  assert.is(wheel.cancel(second), false);
});

spec("a number that was never a handle cancels nothing", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  const handle = wheel.start(10, 1);
  for (const wrong of [
    0,
    5,
    -1,
    1.5,
    handle + 1,
    handle + 0.5,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    assert.is(wheel.cancel(wrong), false, String(wrong));
  }
  assert.equal(fire(wheel, 10), ["1@10"]);
  assertEmpty(wheel);
});

spec("an earlier now changes nothing", () => {
  const wheel = new TimerWheel({ startUs: 100 });
  wheel.start(100, 1);
  assert.equal(fire(wheel, 99), []);
  assert.equal(fire(wheel, -5), []);
  assert.equal(fire(wheel, 100), ["1@100"]);
  assert.equal(fire(wheel, 50), []);
  wheel.start(60, 2);
  assert.is(wheel.nextExpiryUs(), 100, "time did not go back");
  assert.equal(fire(wheel, 100), ["2@60"]);
});

spec("what is not a time is refused: a timer for ever is no timer", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  for (const us of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => wheel.start(us, 1), /is not a time/);
    assert.throws(() => wheel.advance(us, () => {}), /is not a time/);
    assert.throws(() => new TimerWheel({ startUs: us }), /is not a time|cannot start/);
  }
  assert.throws(() => new TimerWheel({ startUs: -1 }), /cannot start at -1 us/);
  assertEmpty(wheel);
});

spec("an error in an expiry passes through and loses no other timer", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  for (const us of [10, 10, 20]) wheel.start(us, us);
  const crash = () => {
    throw new Error("crash");
  };
  assert.throws(() => wheel.advance(50, crash), /^crash$/);
  assert.is(wheel.size, 2);
  assert.equal(fire(wheel, 50), ["10@10", "20@20"]);
});

spec("a wheel lets go of the tokens of timers that ended", async () => {
  // Kept by no variable, so only the wheel could hold it.
  const wheel = new TimerWheel({ startUs: 0 });
  const gone = [new WeakRef({ fired: true }), new WeakRef({ cancelled: true })];
  wheel.start(1, gone[0]!.deref()!);
  const handle = wheel.start(2, gone[1]!.deref()!);
  fire(wheel, 1);
  wheel.cancel(handle);
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  await new Promise((resolve) => setImmediate(resolve)); // A WeakRef holds on until the turn ends.
  runInNewContext("gc")();
  assert.equal(
    gone.map((token) => token.deref()),
    [undefined, undefined],
  );
});

spec("a lone timer costs one stop, however far away it is", () => {
  for (const expiry of [63, 64, 5000, 2 ** 30, 2 ** 30 + 1, 10 * year, 285 * year, Number.MAX_SAFE_INTEGER]) {
    const wheel = new TimerWheel({ startUs: 7 });
    wheel.start(expiry, 1);
    assert.is(wheel.nextExpiryUs(), expiry);
    assert.equal(fire(wheel, expiry - 1), []);
    assert.is(wheel.nextExpiryUs(), expiry);
    assert.equal(fire(wheel, expiry), [`1@${expiry}`]);
  }
});

spec("after the earliest was cancelled the next stop may be early, once", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  const earliest = wheel.start(5000, 1);
  wheel.start(5003, 2);
  wheel.cancel(earliest);
  assert.is(wheel.nextExpiryUs(), 5000);
  assert.equal(fire(wheel, 5000), []);
  assert.is(wheel.nextExpiryUs(), 5003);
});

spec("a year of one-second ticks beside a year-long timer drifts by nothing", () => {
  const wheel = new TimerWheel({ startUs: 123 });
  wheel.start(123 + year, 0);
  let ticks = 0;
  const stepUs = 1000e6; // A thousand seconds a tick keeps the test short; the arithmetic is the same.
  wheel.start(123 + stepUs, 1);
  for (let running = true; running; ) {
    wheel.advance(wheel.nextExpiryUs(), (token, expiryUs) => {
      if (token === 0) running = false;
      else wheel.start(123 + stepUs * (++ticks + 1), 1);
      assert.is(expiryUs, token === 0 ? 123 + year : 123 + stepUs * ticks);
    });
  }
  assert.is(ticks, Math.floor(year / stepUs));
});

spec("a million timers start, half are cancelled, the rest fire in order", () => {
  const wheel = new TimerWheel({ startUs: 0 });
  const random = lcg(1);
  const handles = new Float64Array(1_000_000);
  for (let i = 0; i < handles.length; i++) handles[i] = wheel.start(random() * 60e6, i);
  assert.is(wheel.size, 1_000_000);
  for (let i = 0; i < handles.length; i += 2) wheel.cancel(handles[i]!);
  assert.is(wheel.size, 500_000);
  let fired = 0;
  let last = 0;
  for (let us = 0; us <= 60e6; us += 1e6) {
    wheel.advance(us, (token, expiryUs) => {
      if (expiryUs < last || expiryUs > us || (token as number) % 2 === 0) throw new Error("out of order");
      last = expiryUs;
      fired++;
    });
  }
  assert.is(fired, 500_000);
  assertEmpty(wheel);
});

spec("the same seed gives the same trace", () => {
  assert.equal(seededTrace(42), seededTrace(42));
  assert.not.equal(seededTrace(42), seededTrace(43));
});

// The model: a list searched for its earliest entry. Each timer carries what its expiry does.

interface Script {
  readonly name: number;
  /** Starts another timer this long after its own expiry; chains are at most as long as the list. */
  readonly rearmUs: readonly number[];
  /** Cancels the timer started as number so-and-so, modulo how many there are. */
  readonly cancels: number | undefined;
}

interface Timers {
  start(expiryUs: number, script: Script): void;
  cancel(started: number): boolean;
  advance(nowUs: number): string[];
}

interface ModelTimer {
  readonly dueUs: number;
  readonly expiryUs: number;
  readonly script: Script;
  running: boolean;
}

class SortedTimers implements Timers {
  #nowUs: number;
  readonly #started: ModelTimer[] = [];

  constructor(startUs: number) {
    this.#nowUs = startUs;
  }

  start(expiryUs: number, script: Script): void {
    this.#started.push({ dueUs: Math.max(expiryUs, this.#nowUs), expiryUs, script, running: true });
  }

  cancel(started: number): boolean {
    const timer = this.#started[started % this.#started.length];
    const did = timer?.running === true;
    if (timer !== undefined) timer.running = false;
    return did;
  }

  earliestUs(): number {
    return this.#earliest()?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  advance(nowUs: number): string[] {
    const trace: string[] = [];
    for (let timer = this.#earliest(); timer !== undefined; timer = this.#earliest()) {
      if (timer.dueUs > nowUs) break;
      this.#nowUs = timer.dueUs;
      timer.running = false;
      follow(timer.script, timer.expiryUs, this, trace);
    }
    this.#nowUs = nowUs;
    return trace;
  }

  #earliest(): ModelTimer | undefined {
    let best: ModelTimer | undefined;
    for (const timer of this.#started) {
      if (timer.running && (best === undefined || timer.dueUs < best.dueUs)) best = timer;
    }
    return best;
  }
}

class WheelTimers implements Timers {
  readonly wheel: TimerWheel;
  readonly #handles: TimerHandle[] = [];

  constructor(startUs: number) {
    this.wheel = new TimerWheel({ startUs, capacity: 1 });
  }

  start(expiryUs: number, script: Script): void {
    this.#handles.push(this.wheel.start(expiryUs, script));
  }

  cancel(started: number): boolean {
    const handle = this.#handles[started % this.#handles.length];
    return handle !== undefined && this.wheel.cancel(handle);
  }

  advance(nowUs: number): string[] {
    const trace: string[] = [];
    this.wheel.advance(nowUs, (script, expiryUs) => follow(script as Script, expiryUs, this, trace));
    return trace;
  }
}

function follow({ name, rearmUs, cancels }: Script, expiryUs: number, timers: Timers, trace: string[]): void {
  trace.push(`${name}@${expiryUs}`);
  const [after, ...rest] = rearmUs;
  if (after !== undefined)
    timers.start(expiryUs + after, { name: name + 1000, rearmUs: rest, cancels: undefined });
  if (cancels !== undefined) trace.push(`cancel ${timers.cancel(cancels)}`);
}

/** Spans of each level of the wheel, so that every cascade is met. */
const span = fc.oneof(
  fc.integer({ min: -5, max: 3 }),
  fc.nat(100),
  fc.nat(10_000),
  fc.nat(2 ** 20),
  fc.constantFrom(63, 64, 65, 4095, 4096, 2 ** 18, 2 ** 24, 2 ** 30 - 1, 2 ** 30),
  fc.nat({ max: 2 ** 31 - 1 }),
  fc.double({ min: 0, max: year, noNaN: true }).map(Math.floor),
);
const startTime = fc.oneof(
  fc.constantFrom(0, 2 ** 30 - 3, 2 ** 36 - 1, 2 ** 52),
  fc.nat({ max: 2 ** 31 - 1 }),
);
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      start: span,
      rearmUs: fc.array(span, { maxLength: 3 }),
      cancels: fc.option(fc.nat(50), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ advance: span }) },
);

spec(
  "the wheel does what a sorted list does, whatever is started, cancelled and armed again inside expiries",
  () => {
    fc.assert(
      fc.property(startTime, fc.array(command, { maxLength: 60, size: "max" }), (startUs, commands) => {
        const wheel = new WheelTimers(startUs);
        const model = new SortedTimers(startUs);
        let nowUs = startUs;
        let name = 0;
        for (const step of commands) {
          if ("start" in step) {
            const script = { name: name++, rearmUs: step.rearmUs, cancels: step.cancels };
            wheel.start(nowUs + step.start, script);
            model.start(nowUs + step.start, script);
          } else if ("cancel" in step) {
            assert.is(wheel.cancel(step.cancel), model.cancel(step.cancel));
          } else {
            nowUs += Math.max(0, step.advance);
            assert.equal(wheel.advance(nowUs), model.advance(nowUs));
          }
          assert.ok(wheel.wheel.nextExpiryUs() <= model.earliestUs());
          assert.is(wheel.wheel.nextExpiryUs() === Number.POSITIVE_INFINITY, wheel.wheel.size === 0);
        }
      }),
      { numRuns: 500 },
    );
  },
  { limitMs: 60_000 },
);

spec(
  "going from stop to stop misses no expiry and stops in vain at most once a cancelled timer",
  () => {
    const timers = fc.array(fc.record({ us: span, cancelled: fc.boolean() }), { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(startTime, timers, (startUs, all) => {
        const wheel = new TimerWheel({ startUs });
        const handles = all.map(({ us }, index) => wheel.start(startUs + us, index));
        const cancelled = all.filter(({ cancelled }, index) => cancelled && wheel.cancel(handles[index]!));
        let inVain = 0;
        let fired = 0;
        while (wheel.size > 0) {
          const stopUs = wheel.nextExpiryUs();
          const before = fired;
          wheel.advance(stopUs, (_, expiryUs) => {
            fired++;
            assert.is(Math.max(expiryUs, startUs), stopUs);
          });
          if (fired === before) inVain++;
        }
        assert.is(fired + cancelled.length, all.length);
        assert.ok(inVain <= cancelled.length, `${inVain} stops in vain`);
      }),
      { numRuns: 300 },
    );
  },
  { limitMs: 60_000 },
);

function fire(wheel: TimerWheel, nowUs: number): string[] {
  const trace: string[] = [];
  wheel.advance(nowUs, (token, expiryUs) => trace.push(`${token}@${expiryUs}`));
  return trace;
}

function assertEmpty(wheel: TimerWheel): void {
  assert.is(wheel.size, 0);
  assert.is(wheel.nextExpiryUs(), Number.POSITIVE_INFINITY);
}

function seededTrace(seed: number): string[] {
  const random = lcg(seed);
  const wheel = new TimerWheel({ startUs: 0 });
  const trace: string[] = [];
  const handles = Array.from({ length: 200 }, (_, token) => wheel.start(random() * 1e6, token));
  while (trace.length < 1000) {
    wheel.advance(wheel.nextExpiryUs(), (token, expiryUs) => {
      trace.push(`${token}@${expiryUs}`);
      handles.push(wheel.start(expiryUs + random() * 1e5, token));
      if (random() < 0.1) wheel.cancel(handles[Math.floor(random() * handles.length)]!);
    });
  }
  return trace;
}

/** A seeded generator of numbers from 0 to 1 (Numerical Recipes, 32 bits). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
