import fc from "fast-check";
import * as assert from "uvu/assert";
import { pauseMs } from "../../../runtime/supervision/backoff.ts";
import { RestartIntensity } from "../../../runtime/supervision/restart-intensity.ts";
import { spec } from "../../harness/spec.ts";

function allowed(intensity: number, periodMs: number, timesMs: readonly number[]): readonly boolean[] {
  const restarts = new RestartIntensity(intensity, periodMs);
  return timesMs.map((ms) => restarts.mayRestart(ms * 1000));
}

spec("with intensity 0 no restart is allowed", () => {
  assert.equal(allowed(0, 1000, [0, 5000]), [false, false]);
});

spec("one more than the intensity within the period is too many; exactly a period ago still counts", () => {
  assert.equal(allowed(2, 10, [0, 5, 10]), [true, true, false]);
  assert.equal(allowed(2, 10, [0, 5, 11, 15, 16]), [true, true, true, false, true]);
});

spec("restarts that are far enough apart go on for ever", () => {
  assert.ok(
    allowed(
      1,
      9,
      Array.from({ length: 1000 }, (_, n) => n * 10),
    ).every((may) => may),
  );
});

spec("until the first refusal it counts as a list of all restarts does", () => {
  const gaps = fc.array(fc.nat(20), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.nat(5), fc.integer({ min: 1, max: 50 }), (gapsMs, intensity, periodMs) => {
      const restarts = new RestartIntensity(intensity, periodMs);
      let nowMs = 0;
      let recent: number[] = [];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        recent = [...recent.filter((ms) => nowMs - ms <= periodMs), nowMs];
        const may = restarts.mayRestart(nowMs * 1000);
        assert.is(may, recent.length <= intensity);
        if (!may) return;
      }
    }),
  );
});

spec("pauses double up to the longest, and there is none without a failure", () => {
  const backoff = { firstMs: 10, longestMs: 100, healthyMs: 0 };
  assert.equal(
    [0, 1, 2, 3, 4, 5, 6, 5000].map((failures) => pauseMs(backoff, failures)),
    [0, 10, 20, 40, 80, 100, 100, 100],
  );
});
