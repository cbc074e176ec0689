import { equal, is, throws } from "uvu/assert";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { Guardian } from "../../firmware/guardian/guardian.ts";
import { Output } from "../../firmware/guardian/output.ts";
import { planProblems } from "../../firmware/guardian/plan-problems.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const plain: OutputPlan = { line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" };

/** An output under a hand-cranked clock, with the trace of what it does by itself. */
function bench(plan: Partial<OutputPlan>, found?: number) {
  const clock = new HandClock();
  const trace: string[] = [];
  const effects = {
    drive: (_: Output, level: number) => void trace.push(`drive ${level}`),
    release: () => void trace.push("release"),
    event: ({ kind }: { kind: string }) => void trace.push(kind),
  };
  const output = new Output({ ...plain, ...plan }, 0, effects, clock.now());
  output.adopt(found, clock.now());
  return {
    output,
    write: (level: number) => output.write(level, clock.now()),
    renew: () => output.renew(clock.now()),
    crash: () => output.crash(clock.now()),
    safe: () => output.safe(clock.now()),
    readBack: (expected: number, level: number) => output.readBack(expected, level, clock.now()),
    /** Stops at every expiry on the way. */
    passMs(ms: number) {
      const endUs = clock.now() + ms * 1000;
      for (let next = output.nextUs; next <= endUs; next = output.nextUs) {
        clock.us = Math.max(clock.us, next);
        output.expire(clock.us);
      }
      clock.us = endUs;
    },
    /** What happened since the last look. */
    happened: () => trace.splice(0),
  };
}

spec("an output is driven to its safe level first", () => {
  equal(bench({}).happened(), ["drive 0"]);
  equal(bench({ activeLow: true }).happened(), ["drive 1"]);
  equal(bench({ safe: "on" }).happened(), ["drive 1"]);
  equal(bench({}, 1).happened(), ["drive 0"], "also when it was found on");
});

spec("a found level is kept where the policy holds, and only there", () => {
  const held = bench({ onCrash: "hold", activeLow: true }, 0);
  equal(held.happened(), ["drive 0"]);
  is(held.output.level, 1);
  held.passMs(1_000_000);
  equal(held.happened(), [], "nothing else happened");
  const forAWhile = bench({ onCrash: "hold", holdForMs: 500 }, 1);
  forAWhile.passMs(500);
  equal(forAWhile.happened(), ["drive 1", "drive 0", "holdEnded"]);
});

spec("a lease ends away from the safe level, once, unless it is renewed", () => {
  const { write, renew, passMs, happened } = bench({ leaseMs: 100 });
  is(write(1), "ok");
  passMs(90);
  renew();
  passMs(90);
  equal(happened(), ["drive 0"], "only the start");
  passMs(10);
  equal(happened(), ["drive 0", "leaseExpired"]);
  renew();
  passMs(1000);
  equal(happened(), [], "nothing else happened");
});

spec("a write renews the lease; a write of the safe level ends it", () => {
  const { write, passMs, happened } = bench({ leaseMs: 100 });
  write(1);
  passMs(90);
  write(1);
  passMs(90);
  write(0);
  passMs(1000);
  equal(happened(), ["drive 0"], "only the start");
});

spec("with safe: on the end of the lease switches on", () => {
  const { write, passMs, happened } = bench({ safe: "on", leaseMs: 100 });
  is(write(0), "ok");
  passMs(100);
  equal(happened(), ["drive 1", "drive 1", "leaseExpired"]);
});

spec("onCrash: safe drives the safe level even when it should be there already", () => {
  const { crash, happened } = bench({});
  crash();
  equal(happened(), ["drive 0", "drive 0"]);
});

spec("onCrash: hold holds, and a new owner's write ends the holding", () => {
  const { write, crash, passMs, happened, output } = bench({ onCrash: "hold", holdForMs: 200 });
  write(1);
  crash();
  passMs(100);
  is(write(1), "ok");
  passMs(1000);
  equal(happened(), ["drive 0"], "only the start");
  crash();
  passMs(100);
  crash();
  passMs(100);
  equal(happened(), ["drive 0", "holdEnded"], "a second crash does not prolong the first");
  is(output.level, 0);
});

spec("onCrash: release lets go, and the next write drives again", () => {
  const { write, crash, safe, happened } = bench({ onCrash: "release" });
  write(1);
  crash();
  equal(happened(), ["drive 0", "release"]);
  is(write(1), "ok");
  safe();
  equal(happened(), ["drive 0"]);
});

spec("maxOn accumulates over crashes and fires once", () => {
  const { write, crash, passMs, happened } = bench({ maxOnMs: 1000 });
  happened();
  write(1);
  passMs(600);
  crash();
  passMs(100);
  write(1);
  passMs(399);
  equal(happened(), ["drive 0"], "the crash");
  passMs(1);
  equal(happened(), ["drive 0", "maxOn"]);
  passMs(10_000);
  equal(happened(), [], "nothing else happened");
});

spec("after maxOn the output rests for the longer of maxOnRest and minOff", () => {
  const { write, passMs } = bench({ maxOnMs: 100, maxOnRestMs: 500, minOffMs: 200 });
  is(write(1), "min_off", "minOff counts from the start of the guardian");
  passMs(200);
  is(write(1), "ok");
  passMs(100);
  is(write(1), "max_on");
  passMs(499);
  is(write(1), "max_on");
  passMs(1);
  is(write(1), "ok");
});

spec("on-time is forgotten after the rest, and after an owner's own off when there is no rest", () => {
  const resting = bench({ maxOnMs: 100, maxOnRestMs: 50 });
  resting.passMs(50);
  resting.write(1);
  resting.passMs(90);
  resting.write(0);
  resting.passMs(49);
  resting.write(1);
  resting.happened();
  resting.passMs(10);
  equal(resting.happened(), ["drive 0", "maxOn"]);
  const free = bench({ maxOnMs: 100 });
  free.write(1);
  free.passMs(90);
  free.write(0);
  free.write(1);
  free.happened();
  free.passMs(99);
  equal(free.happened(), []);
});

spec("maxOn latches after so many firings within the window, until an operator clears it", () => {
  const plan = { maxOnMs: 100, maxOnRestMs: 100, maxOnLatch: { count: 2, windowMs: 1000 } };
  const { write, passMs, happened, output } = bench(plan);
  happened();
  passMs(100);
  write(1);
  passMs(200);
  write(1);
  passMs(100_000);
  equal(happened(), ["drive 0", "maxOn", "drive 0", "maxOnLatched"]);
  is(write(1), "max_on");
  is(write(0), "ok", "off is always accepted");
  output.clear(100_000_000);
  equal(happened(), ["faultCleared"]);
  is(write(1), "ok");
  output.clear(100_000_000);
  equal(happened(), [], "nothing else happened");
});

spec("minOff delays going on, never going safe", () => {
  const { write, crash, passMs, happened } = bench({ minOffMs: 100 });
  passMs(100);
  is(write(1), "ok");
  is(write(0), "ok");
  is(write(1), "min_off");
  passMs(100);
  is(write(1), "ok");
  crash();
  equal(happened(), ["drive 0", "drive 0"]);
});

spec("a safe level that does not read back is an alarm and is driven again until it does", () => {
  const { write, safe, readBack, passMs, happened } = bench({});
  write(1);
  safe();
  happened();
  is(readBack(0, 1), false);
  passMs(100);
  is(readBack(0, NaN), false);
  passMs(100);
  is(readBack(0, 0), true);
  passMs(1000);
  equal(happened(), ["unsafe", "drive 0", "drive 0"], "told once in ten seconds, driven each time");
  write(1);
  is(readBack(1, 0), false);
  equal(happened(), ["readBack"]);
});

spec("an output counts as unsafe until its safe level was read back", () => {
  const { output, write, safe, readBack } = bench({});
  write(1);
  is(output.unsafe, false, "its owner wants it on");
  safe();
  is(output.unsafe, true, "driven, not read back yet");
  readBack(1, 1);
  is(output.unsafe, true, "the answer to an earlier drive");
  readBack(0, 1);
  is(output.unsafe, true);
  readBack(0, 0);
  is(output.unsafe, false);
});

spec("levels that a line cannot have are refused", () => {
  const { write } = bench({});
  for (const level of [0.5, 2, -1, NaN, Infinity]) is(write(level), "refused", String(level));
  const { write: duty } = bench({ kind: "pwm" });
  for (const level of [1.01, -0.1, NaN]) is(duty(level), "refused", String(level));
  is(duty(0.5), "ok");
});

spec("PWM with activeLow inverts the duty", () => {
  const { write, output } = bench({ kind: "pwm", activeLow: true });
  write(0.25);
  is(output.electrical, 0.75);
});

spec("policies that contradict themselves are named, and the guardian does not start with them", () => {
  const outputs = [
    { ...plain, safe: "on", maxOnMs: 5 },
    { ...plain, line: "GPIO2", onCrash: "hold", leaseMs: 5 },
    { ...plain, line: "GPIO3", holdForMs: 5, maxOnRestMs: 5 },
    { ...plain, line: "GPIO3" },
  ] as const;
  const interlocks = [{ name: "valve", lines: ["GPIO17", "GPIO9"] }];
  equal(planProblems({ outputs, interlocks }), [
    "GPIO17: maxOn and minOff keep an output off, which contradicts safe: on",
    "GPIO2: hold excludes a lease",
    "GPIO3: holdFor needs onCrash: hold",
    "GPIO3: maxOnRest and maxOnLatch need maxOn",
    "GPIO3: is declared twice",
    "interlock valve: GPIO17 must be safe: off and onCrash: safe",
    "interlock valve: there is no output GPIO9",
  ]);
  throws(() => new Guardian({ outputs, inputs: [], buses: [] }, {} as never), /contradicts safe: on/);
});
