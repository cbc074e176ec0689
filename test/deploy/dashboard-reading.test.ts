import assert from "node:assert/strict";
import { retryDelayMs } from "../../deploy/dashboard/store/back-off.ts";
import { nextClockOffset } from "../../deploy/dashboard/store/clock-offset.ts";
import { appendPoint, historyMs, type Point } from "../../deploy/dashboard/store/history.ts";
import { nextReading, oldness, silentMs } from "../../deploy/dashboard/store/reading.ts";
import { decodeReading, type ReadingMessage } from "../../deploy/dashboard/store/wire.ts";
import { spec } from "../harness/spec.ts";

const now = Date.parse("2026-11-22T18:00:00.000Z");
const online = { phase: "online", session: 2, lastHeardMs: now, retryAtMs: null, refused: 0 } as const;
const live = { measuredMs: now, receivedMs: now, retained: false, session: 2 };
const good: ReadingMessage = { value: 21.4, unit: "°C", quality: "good", atMs: now };

spec("a value that came live a moment ago is current", () => {
  assert.equal(oldness(live, online, undefined, now + 59_000), undefined);
});

spec("while the connection is lost every value is old since the broker was last heard", () => {
  const lost = { ...online, phase: "lost", lastHeardMs: now - 3000 } as const;
  assert.deepEqual(oldness(live, lost, undefined, now), {
    because: "connection lost",
    sinceMs: now - 3000,
  });
});

spec("while the board is offline its values are old, since then or since they were measured", () => {
  assert.deepEqual(oldness(live, online, now - 5000, now), { because: "board offline", sinceMs: now - 5000 });
  assert.deepEqual(oldness(live, online, null, now), { because: "board offline", sinceMs: now });
});

spec("a value from before a reconnection is old until it is heard again", () => {
  assert.deepEqual(oldness({ ...live, session: 1 }, online, undefined, now), {
    because: "not confirmed",
    sinceMs: now,
  });
});

spec("a value that is not repeated in time is old since it came", () => {
  assert.equal(oldness(live, online, undefined, now + silentMs), undefined);
  assert.deepEqual(oldness(live, online, undefined, now + silentMs + 1), { because: "silent", sinceMs: now });
});

spec("a value that the broker kept is as old as its measurement, not as its arrival", () => {
  const kept = { ...live, retained: true, measuredMs: now - 3_600_000 };
  assert.deepEqual(oldness(kept, online, undefined, now), { because: "silent", sinceMs: now - 3_600_000 });
  assert.equal(oldness({ ...kept, measuredMs: now - 1000 }, online, undefined, now), undefined);
  assert.deepEqual(oldness({ ...kept, measuredMs: null }, online, undefined, now), {
    because: "age unknown",
    sinceMs: null,
  });
});

spec("a live value with an old measurement is judged by the board's quality, not by age", () => {
  assert.equal(oldness({ ...live, measuredMs: now - 3_600_000 }, online, undefined, now), undefined);
});

spec("a quality nobody knows counts as suspect, and a reading without a value is none", () => {
  assert.equal(decodeReading('{"value":1,"unit":"","quality":"superb","at":null}')?.quality, "suspect");
  assert.equal(decodeReading('{"unit":"","quality":"good","at":null}'), undefined);
  assert.deepEqual(decodeReading('{"value":null,"unit":"V","quality":"bad","at":"nonsense"}'), {
    value: null,
    unit: "V",
    quality: "bad",
    atMs: null,
  });
});

spec("the measurement time is told on this page's clock and never lies in the future", () => {
  const receipt = { receivedMs: now + 500, retained: false, session: 1 };
  assert.equal(nextReading(undefined, { ...good, atMs: now - 60_000 }, receipt, 60_000).measuredMs, now);
  assert.equal(nextReading(undefined, { ...good, atMs: now + 9000 }, receipt, 0).measuredMs, now + 500);
});

spec("the chart breaks where nothing was known: stale, bad, and between connections", () => {
  const at = (receivedMs: number, session = 1) => ({ receivedMs, retained: false, session });
  let reading = nextReading(undefined, good, at(now), 0);
  reading = nextReading(reading, { ...good, quality: "stale" }, at(now + 1000), 0);
  reading = nextReading(reading, good, at(now + 2000), 0);
  reading = nextReading(reading, good, at(now + 9000, 2), 0);
  assert.deepEqual(reading.points, [
    { t: now, v: 21.4 },
    { t: now + 1000, v: null },
    { t: now + 2000, v: 21.4 },
    { t: now + 2001, v: null },
    { t: now + 9000, v: 21.4 },
  ]);
});

spec("a kept value without a time draws nothing", () => {
  const receipt = { receivedMs: now, retained: true, session: 1 };
  assert.deepEqual(nextReading(undefined, { ...good, atMs: null }, receipt, 0).points, []);
});

spec("the chart keeps five minutes and one point before, half a second apart at least", () => {
  let points: readonly Point[] = [];
  for (let t = 0; t <= historyMs + 10_000; t += 100) points = appendPoint(points, { t, v: t });
  const [first, second] = points;
  assert.ok(first && second && first.t < 10_000 && second.t >= 10_000, `${first?.t} ${second?.t}`);
  assert.ok(points.length <= historyMs / 500 + 2, String(points.length));
  assert.equal(points.at(-1)?.t, historyMs + 10_000);
  assert.equal(appendPoint(points, { t: 5, v: 1 }), points);
});

spec("the board's clock is read from the fastest message, and again after it was set", () => {
  assert.equal(nextClockOffset(undefined, null, now), undefined);
  assert.equal(nextClockOffset(undefined, now, now + 300), 300);
  assert.equal(nextClockOffset(300, now, now + 40), 40);
  assert.equal(nextClockOffset(40, now, now + 900), 40);
  assert.equal(nextClockOffset(40, now, now + 3_600_000), 3_600_000);
});

spec("attempts to reconnect slow down to one in 15 s and never stop", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 50].map((attempt) => retryDelayMs(attempt, 1)),
    [500, 1000, 2000, 4000, 8000, 15_000, 15_000],
  );
  assert.equal(retryDelayMs(0, 0), 375);
});
