import { equal, is, throws } from "uvu/assert";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { type HandCommand, HandLine } from "../../firmware/guardian/hand-line.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const plain: OutputPlan = {
  ...{ line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" },
  leaseMs: 2000,
};

/** A line that is commanded by hand; the trace holds what the world saw and what the guardian said. */
function bench(command: Partial<HandCommand>, before?: (lines: EmulatedLines) => void) {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  before?.(lines);
  const whole: HandCommand = { outputs: [plain], interlocks: [], level: 1, forMs: 5000, ...command };
  const trace: string[] = [];
  lines.witness.follow(({ line, level }) => trace.push(`${line} ${level}`));
  const backend = new LocalBackend({ ...whole, inputs: [], buses: [] }, { lines, buses: {} });
  const hand = new HandLine(whole, {
    clock,
    backend,
    onEvent: ({ kind }: GuardianEvent) => trace.push(kind),
  });
  const passMs = (ms: number, beatEveryMs = Infinity) => {
    const endUs = clock.now() + ms * 1000;
    let beatUs = clock.now() + beatEveryMs * 1000;
    for (;;) {
      const nextUs = Math.min(hand.nextUs, beatUs, endUs);
      clock.us = Math.max(clock.us, nextUs);
      hand.expire();
      if (clock.now() >= endUs || hand.isOver) return;
      if (clock.now() >= beatUs) {
        hand.beat();
        beatUs += beatEveryMs * 1000;
      }
    }
  };
  return { clock, lines, hand, passMs, happened: () => trace.splice(0) };
}

spec("a line that is commanded on is on for its time, and off and read back at its end", () => {
  const { hand, passMs, happened } = bench({});
  is(hand.drive(), "driven");
  passMs(4900, 500);
  is(hand.isOver, false);
  equal(happened(), ["GPIO17 1"]);
  passMs(200, 500);
  is(hand.isOver, true);
  equal(hand.end(), []);
  equal(happened(), ["GPIO17 0"]);
  is(hand.nextUs, Infinity, "nothing is due any more");
});

spec("without a sign of life its lease takes it back, and a late one does not bring it again", () => {
  const { hand, passMs, happened } = bench({});
  hand.drive();
  passMs(1500, 500);
  passMs(2100);
  equal(happened(), ["GPIO17 1", "GPIO17 0", "leaseExpired"]);
  throws(() => hand.beat(), /refused at GPIO17/);
  equal(happened(), ["refusedWrite"]);
});

spec("an active-low line is off while high, before, during and after", () => {
  const outputs = [{ ...plain, activeLow: true }];
  const { hand, lines, happened } = bench({ outputs }, (world) => world.output("GPIO17", 1));
  equal(happened(), ["GPIO17 1"], "as it was found");
  is(hand.drive(), "driven");
  is(lines.levels().GPIO17, 0);
  equal(hand.end(), []);
  equal(happened(), ["GPIO17 0", "GPIO17 1"]);
});

spec("a safe level of on is left for the time, and taken at its end", () => {
  const { hand, passMs, happened } = bench({ outputs: [{ ...plain, safe: "on" }], level: 0, forMs: 1000 });
  equal(happened(), ["GPIO17 1"], "adopted at its safe level");
  is(hand.drive(), "driven");
  passMs(1100, 500);
  equal(hand.end(), []);
  equal(happened(), ["GPIO17 0", "GPIO17 1"]);
});

spec("minOff begins with its guardian and is waited for, maxOn ends it before its time", () => {
  const outputs = [{ ...plain, minOffMs: 3000, maxOnMs: 1000 }];
  const { hand, passMs, happened } = bench({ outputs });
  is(hand.drive(), "min_off");
  passMs(2900);
  is(hand.drive(), "min_off");
  passMs(100);
  is(hand.drive(), "driven");
  passMs(1000, 500);
  equal(
    happened().filter((what) => what !== "refusedWrite"),
    ["GPIO17 1", "GPIO17 0", "maxOn"],
  );
  throws(() => hand.drive(), /max_on at GPIO17/);
});

spec("others of its interlock go off first, and the dead time passes", () => {
  const outputs = [plain, { ...plain, line: "GPIO27" }];
  const interlocks = [
    { name: "blind", lines: ["GPIO17", "GPIO27"], onSecond: "switch", deadTimeMs: 500 } as const,
  ];
  const { hand, passMs, happened } = bench({ outputs, interlocks }, (world) => world.output("GPIO27", 1));
  equal(happened(), ["GPIO27 1", "GPIO27 0"], "found driven, nobody's now");
  is(hand.drive(), "switching");
  passMs(500);
  is(hand.drive(), "driven");
  is(happened().at(-1), "GPIO17 1");
});

spec(
  "a line that does not follow is no line that is on; the safe level that it does not read back is said",
  () => {
    const { hand, lines, happened } = bench({ outputs: [{ ...plain, drive: "open-drain" }] });
    lines.drive("GPIO17", 0); // a short to ground: nothing pulls it up
    throws(() => hand.drive(), /read_back at GPIO17/);
    equal(hand.end(), []);
    const stuck = bench({ outputs: [{ ...plain, drive: "open-drain", activeLow: true }] });
    stuck.hand.drive();
    stuck.lines.drive("GPIO17", 0);
    equal(stuck.hand.end(), ["GPIO17"]);
    stuck.lines.drive("GPIO17", undefined);
    stuck.passMs(100);
    equal(stuck.hand.unsafe(), [], "driven again each 100 ms");
    happened();
  },
);
