import { equal } from "uvu/assert";
import { BackOff } from "../../firmware/guardian/back-off.ts";
import { spec } from "../harness/spec.ts";

spec(
  "what ends at once is started again later each time, up to a bound, and from the beginning after a healthy run",
  () => {
    for (const [longestMs, expected] of [
      [undefined, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
      [5000, [250, 500, 1000, 2000, 4000, 5000, 5000]],
    ] as const) {
      const backOff = new BackOff(longestMs);
      equal(
        expected.map(() => backOff.after(1000)),
        expected,
      );
      equal([backOff.after(30_000_000), backOff.after(29_999_999)], [250, 500]);
    }
  },
);
