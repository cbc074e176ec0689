import { equal, is, ok } from "uvu/assert";
import { PulseCounter, type PulseScale } from "../../devices/drivers/pulse-counter.ts";
import { PulseSource } from "../../devices/world/pulse-source.ts";
import type { Pulses } from "../../firmware/contracts/line.ts";
import { spec } from "../harness/spec.ts";

const second = 1_000_000;
const plain: PulseScale = { pulsesPerUnit: 1, per: "s", zeroAfterMs: 10_000 };

/** A counter and the pulses it is shown; `at` samples at so many seconds. */
function bench(scale: Partial<PulseScale> = {}) {
  const counter = new PulseCounter({ ...plain, ...scale });
  let pulses: Pulses = { count: 0, lost: 0, gaps: 0, lastUs: undefined };
  return {
    /** Pulses so far, and when the last one came. */
    pulses: (count: number, lastS: number, more: Partial<Pulses> = {}) => {
      pulses = { ...pulses, count, lastUs: lastS * second, ...more };
    },
    at: (seconds: number) => counter.sample(pulses, seconds * second),
    rateAt: (seconds: number) => counter.sample(pulses, seconds * second).rate,
  };
}

spec("a rate is whole pulses over the time between two of them, at low rates and at high ones", () => {
  const slow = bench();
  slow.pulses(1, 0.5);
  is(slow.rateAt(1), undefined, "one pulse has no rate");
  slow.pulses(2, 4.5);
  is(slow.rateAt(5), 0.25, "one period of 4 s");
  const fast = bench();
  fast.pulses(1234, 0.9999);
  fast.rateAt(1);
  fast.pulses(1234 + 4000, 1.9999);
  is(fast.rateAt(2), 4000);
  fast.pulses(1234 + 8001, 2.9999);
  is(fast.rateAt(3), 4001, "one pulse more is seen");
});

spec(
  "a sample without a pulse keeps the rate until the next one is overdue, then it falls, at last to 0",
  () => {
    const { pulses, rateAt } = bench();
    pulses(10, 1);
    rateAt(1);
    pulses(12, 2);
    is(rateAt(2), 2);
    is(rateAt(2.4), 2, "not overdue");
    is(rateAt(4), 0.5);
    is(rateAt(11.9), 1 / 9.9);
    is(rateAt(12), 0);
    pulses(13, 13);
    ok(rateAt(13)! > 0, "and it comes back with the first pulse");
    is(rateAt(13), 1 / 11, "over the whole time since the one before");
  },
);

spec("a meter that never gave a pulse reads 0 once the time for one is over", () => {
  const { rateAt } = bench({ zeroAfterMs: 2000 });
  equal([rateAt(100), rateAt(101.9), rateAt(102)], [undefined, undefined, 0]);
});

for (const [what, scale, hz, rate, total] of [
  ["a YF-S201 at 5 litres a minute", { pulsesPerUnit: 450, per: "min" }, 37.5, 5, 1.6667],
  ["a meter with 1000 pulses a kWh at 2 kW", { pulsesPerUnit: 1000, per: "h" }, 1 / 1.8, 2, 0.0111],
  ["an anemometer of 2.4 km/h and Hz at 12 km/h", { pulsesPerUnit: 1500, per: "h" }, 5, 12, 0.0667],
] as const) {
  spec(`${what} reads so`, () => {
    const { pulses, at } = bench(scale);
    const periodS = 1 / hz;
    const count = Math.round(20 * hz);
    pulses(1, periodS);
    at(10);
    pulses(count, count * periodS);
    const reading = at(20);
    is(reading.rate!.toFixed(6), rate.toFixed(6));
    is(reading.total.toFixed(4), ((total * count) / (20 * hz)).toFixed(4));
  });
}

spec("lost pulses are in the count, and what they are in is suspect once", () => {
  const { pulses, at } = bench();
  pulses(10, 1);
  is(at(1).suspect, false);
  pulses(30, 2, { lost: 5 });
  equal(at(2), { count: 30, total: 30, rate: 20, suspect: true });
  pulses(40, 3);
  is(at(3).suspect, false);
  pulses(50, 4, { gaps: 1 });
  is(at(4).suspect, true, "a storm was masked");
  is(at(5).suspect, false);
});

spec("a count that is smaller than before began anew: suspect, and no rate over the gap", () => {
  const { pulses, at } = bench();
  pulses(1000, 1);
  at(1);
  pulses(2000, 2);
  is(at(2).rate, 1000);
  pulses(3, 9);
  const anew = at(9);
  equal([anew.count, anew.suspect], [3, true]);
  ok(anew.rate! <= 1000);
  pulses(5, 10);
  equal(at(10), { count: 5, total: 5, rate: 2, suspect: false });
});

spec("a source gives pulses of its frequency with their own times, however rarely it is stepped", () => {
  const edges: [level: number, atUs: number][] = [];
  const source = new PulseSource((level, atUs) => edges.push([level, atUs]));
  source.step(1000);
  equal(edges, [], "no frequency yet");
  source.setFrequencyHz(10, 0);
  source.step(120_000);
  equal(edges.splice(0), [
    [1, 50_000],
    [0, 100_000],
  ]);
  source.step(200_000);
  equal(edges.splice(0), [
    [1, 150_000],
    [0, 200_000],
  ]);
  source.setFrequencyHz(0, 200_000);
  source.step(10 * second);
  equal(edges, [], "nothing else happened");
});

spec("a source that was held up makes no flood of what it missed", () => {
  let edges = 0;
  const source = new PulseSource(() => edges++);
  source.setFrequencyHz(100_000, 0);
  source.step(60 * second);
  is(edges, 50_000);
  source.step(60 * second + 1000);
  is(edges, 50_000 + 200);
});
