import fc from "fast-check";
import * as assert from "uvu/assert";
import { formatDuration, parseDurationMs, parseFrequencyHz } from "../../../runtime/time/duration.ts";
import { spec } from "../../harness/spec.ts";

spec("durations with units are milliseconds", () => {
  const rows: [string, number][] = [
    ["0s", 0],
    ["500us", 0.5],
    ["50ms", 50],
    ["1.5s", 1500],
    ["10s", 10_000],
    ["10m", 600_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["9m50s", 590_000],
    ["1h30m", 5_400_000],
    ["1s500us", 1000.5],
    ["0.1s", 100],
    ["1.1h", 3_960_000],
  ];
  for (const [text, ms] of rows) assert.is(parseDurationMs(text), ms, text);
});

spec("what is not a duration is undefined", () => {
  const wrong = [
    "",
    "s",
    "50",
    "50 ms",
    " 50ms",
    "50ms ",
    "-1s",
    "+1s",
    "1e3s",
    ".5s",
    "5.s",
    "1,5s",
    "50MS",
  ];
  for (const text of [
    ...wrong,
    "1s1m",
    "1m1m",
    "ms50",
    "1w",
    "10Hz",
    "١s",
    "50ms\n",
    `${"9".repeat(400)}h`,
  ]) {
    assert.is(parseDurationMs(text), undefined, JSON.stringify(text));
  }
});

spec("frequencies with units are hertz", () => {
  assert.is(parseFrequencyHz("10Hz"), 10);
  assert.is(parseFrequencyHz("0.5Hz"), 0.5);
  assert.is(parseFrequencyHz("400kHz"), 400_000);
  assert.is(parseFrequencyHz("1MHz"), 1_000_000);
});

spec("what is not a frequency is undefined", () => {
  for (const text of ["", "Hz", "10", "10 Hz", "10hz", "10khz", "1GHz", "-1Hz", "10ms", "9".repeat(400)]) {
    assert.is(parseFrequencyHz(text), undefined, JSON.stringify(text));
  }
});

spec("durations print as short text", () => {
  const rows: [number, string][] = [
    [0, "0s"],
    [0.0001, "0s"],
    [0.5, "500us"],
    [1, "1ms"],
    [1.25, "1.3ms"],
    [50, "50ms"],
    [999.96, "1s"],
    [1500, "1.5s"],
    [59_960, "1m"],
    [60_000, "1m"],
    [590_000, "9m50s"],
    [3_599_600, "1h"],
    [7_200_000, "2h"],
    [5_400_000, "1h30m"],
    [86_399_000, "1d"],
    [273_600_000, "3d4h"],
    [-50, "-50ms"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NaN, "NaN"],
  ];
  for (const [ms, text] of rows) assert.is(formatDuration(ms), text, String(ms));
});

spec("a printed duration reads back within a twentieth, and prints the same again", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e11, noNaN: true }), (ms) => {
      const text = formatDuration(ms);
      const back = parseDurationMs(text);
      assert.ok(back !== undefined && Math.abs(back - ms) <= Math.max(ms / 20, 0.0005), `${ms} ${text}`);
      assert.is(formatDuration(back), text);
    }),
  );
});
