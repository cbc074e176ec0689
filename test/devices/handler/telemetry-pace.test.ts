import * as assert from "uvu/assert";
import type { ReadingMessage } from "../../../devices/handler/contracts.ts";
import { staleAfterMs, TelemetryPace } from "../../../devices/handler/telemetry-pace.ts";
import type { Quality } from "../../../devices/quality.ts";
import { demoPlan } from "../../deploy/demo-board.ts";
import { spec } from "../../harness/spec.ts";

/** Samples of a device of the demo every 100 ms; gives the times, ms, and values of those that are told. */
function told(
  samples: readonly (ReadingMessage["value"] | readonly [ReadingMessage["value"], Quality])[],
  { device = "climate", reading = "temperature", every = "100ms" } = {},
): string[] {
  const pace = new TelemetryPace(
    demoPlan(
      device,
      [`devices.${device}.every`, every],
      [`devices.${device}.deadline`, undefined],
      [`devices.${device}.modes`, undefined],
    ),
  );
  return samples.flatMap((sample, index) => {
    const [value, quality] = Array.isArray(sample) ? sample : [sample, "good"];
    const sampledAtUs = index * 100_000;
    const news = pace.isNews({ type: "reading", device, reading, value, quality, sampledAtUs });
    return news ? [`${index * 100} ${value} ${quality}`] : [];
  });
}

const steady = (count: number, value: ReadingMessage["value"]) => Array.from({ length: count }, () => value);

spec("what stays as it is is told once a second", () => {
  assert.equal(told(steady(31, 20)), ["0 20 good", "1000 20 good", "2000 20 good", "3000 20 good"]);
});

spec("what wanders by its resolution is told once a second, the latest value", () => {
  const values = Array.from({ length: 21 }, (_, index) => 20 + index / 10);
  assert.equal(told(values), ["0 20 good", "1000 21 good", "2000 22 good"]);
});

spec("a step is told at once, also between two repetitions", () => {
  assert.equal(told([...steady(15, 20), ...steady(3, 25)]), ["0 20 good", "1000 20 good", "1500 25 good"]);
});

spec("a change of quality is told at once, there and back", () => {
  const samples = [...steady(2, 20), [null, "bad"] as const, [null, "bad"] as const, ...steady(2, 20)];
  assert.equal(told(samples), ["0 20 good", "200 null bad", "400 20 good"]);
});

spec("a yes or no is told at once, every time", () => {
  const samples = [false, false, true, false, true, true];
  assert.equal(told(samples, { device: "button", reading: "pressed" }), [
    "0 false good",
    "200 true good",
    "300 false good",
    "400 true good",
  ]);
});

spec("a device that measures about as often as people are told tells everything", () => {
  assert.is(told(steady(5, 20), { every: "1s" }).length, 5);
});

spec("a reading is stale when two jobs more should have told it anew", () => {
  assert.equal(
    [staleAfterMs(1000, 1000), staleAfterMs(10_000, 1000), staleAfterMs(100, 1000), staleAfterMs(500, 1000)],
    [3000, 30_000, 1200, 2000],
  );
});
