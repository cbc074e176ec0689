import assert from "node:assert/strict";
import {
  commandValues,
  holdMode,
  letGo,
  letUp,
  setCommand,
  stepOf,
} from "../../deploy/dashboard/store/command.ts";
import { describeEvent, filterEvents, logEvent } from "../../deploy/dashboard/store/event-log.ts";
import {
  formatCountdown,
  formatMicros,
  formatSpan,
  formatTime,
  formatValue,
} from "../../deploy/dashboard/store/format.ts";
import { decodeEvent } from "../../deploy/dashboard/store/wire.ts";
import { spec } from "../harness/spec.ts";

const free = { kind: "actuator", ownedBy: null, override: null } as const;
const owned = { ...free, ownedBy: "thermostat" };

function event(fields: object) {
  const decoded = decodeEvent(JSON.stringify({ at: null, ...fields }));
  assert.ok(decoded);
  return decoded;
}

spec("a free output is set for as long as somebody chose, or as the device is configured", () => {
  assert.deepEqual(setCommand(free, "on", true, ""), { on: true });
  assert.deepEqual(setCommand(free, "level", 0.4, "10m"), { level: 0.4, for: "10m" });
});

spec("an owned output is overridden, always with an end", () => {
  assert.deepEqual(setCommand(owned, "on", true, "1m"), { on: true, override: true, for: "1m" });
  assert.deepEqual(setCommand(owned, "on", true, ""), { on: true, override: true, for: "10m" });
});

spec("off is sent bare, whoever owns the output", () => {
  assert.deepEqual(setCommand(free, "on", false, "10m"), { on: false });
  assert.deepEqual(setCommand(owned, "on", false, "10m"), { on: false });
  assert.deepEqual(setCommand(owned, "level", 0, "10m"), { level: 0 });
});

spec("a controller is set without an end", () => {
  const controller = { kind: "controller", ownedBy: null, override: null } as const;
  assert.deepEqual(setCommand(controller, "setpointC", 21, "10m"), { setpointC: 21 });
});

spec("an order to a ladder says how long, and nobody waits for a value to show it", () => {
  assert.deepEqual(holdMode("reduced", "10m"), { mode: "reduced", for: "10m" });
  assert.deepEqual([letUp, letGo], [{ mode: "full" }, { mode: "auto" }]);
  assert.deepEqual(commandValues(holdMode("safe", "1m")), {});
});

spec("options of a command are not values that the device shows", () => {
  assert.deepEqual(commandValues({ on: true, for: "10m", override: true, id: "a" }), { on: true });
  assert.deepEqual(commandValues({ override: false }), {});
});

spec("steps are round and between 40 and 200 to the range", () => {
  assert.deepEqual([stepOf(0, 1), stepOf(5, 35), stepOf(0, 100), stepOf(0, 255)], [0.01, 0.5, 1, 2]);
  for (const [min, max] of [
    [0, 1],
    [5, 35],
    [0, 7],
    [0, 3600],
    [-40, 85],
  ] as const) {
    const steps = (max - min) / stepOf(min, max);
    assert.ok(steps >= 40 && steps <= 200, `${min}..${max}: ${steps}`);
  }
  assert.equal(stepOf(3, 3), 1);
});

spec("decimals follow the unit, so that digits stand still", () => {
  assert.equal(formatValue(21, "°C"), "21.0");
  assert.equal(formatValue(-0.04, "°C"), "0.0");
  assert.equal(formatValue(-3.25, "V"), "−3.25");
  assert.equal(formatValue(812.6, "lx"), "813");
  assert.equal(formatValue(0.4, ""), "0.40");
  assert.equal(formatValue(7, ""), "7");
  assert.equal(formatValue(true, ""), "on");
  assert.equal(formatValue(null, "V"), "none");
});

spec("spans, countdowns and microseconds read as people say them", () => {
  assert.deepEqual([999, 14_000, 125_000, 11_400_000, 187_200_000].map(formatSpan), [
    "0 s",
    "14 s",
    "2 min 05 s",
    "3 h 10 min",
    "2 d 4 h",
  ]);
  assert.deepEqual([0, 1, 9000, 599_001, 3_600_000].map(formatCountdown), [
    "0:00",
    "0:01",
    "0:09",
    "10:00",
    "1:00:00",
  ]);
  assert.deepEqual([142.4, 1800, 12_000, 1_200_000].map(formatMicros), [
    "142 µs",
    "1.8 ms",
    "12 ms",
    "1.2 s",
  ]);
});

spec("a time of another day carries its date", () => {
  const noon = new Date(2026, 10, 22, 12, 5, 9).getTime();
  assert.equal(formatTime(noon, noon), "12:05:09");
  assert.equal(formatTime(noon, noon + 86_400_000), "2026-11-22 12:05:09");
});

spec("events read as sentences, known kinds and unknown ones", () => {
  const words = (fields: object) => describeEvent(event(fields));
  assert.equal(words({ kind: "crash", cause: "I2cError: address_nak" }), "crashed: I2cError: address_nak");
  assert.equal(
    words({ kind: "mode", from: "full", to: "reduced", cause: "2 crashes" }),
    "full → reduced: 2 crashes",
  );
  assert.equal(
    words({
      kind: "mode",
      mode: "safe",
      from: "full",
      to: "safe",
      cause: "climate is off: hung",
      why: { kind: "x" },
    }),
    "full → safe: climate is off: hung",
  );
  assert.equal(words({ kind: "order", asked: "auto", id: "x" }), "was given an order: asked auto");
  assert.equal(
    words({ kind: "order", asked: "safe", forMs: 600_000 }),
    "was given an order: asked safe, for 10 min 00 s",
  );
  assert.equal(words({ kind: "miss", latenessUs: 5200 }), "missed a deadline: lateness 5.2 ms");
  assert.equal(
    words({ kind: "refused", reason: "ownedBy thermostat", id: "x" }),
    "refused a command: ownedBy thermostat",
  );
  assert.equal(words({ kind: "toString", busyFor: 3 }), "to string: busy for 3");
});

spec("the list is filtered by device and by kind; what the board says itself has the device board", () => {
  let events = logEvent([], event({ kind: "boot" }), 1);
  events = logEvent(events, event({ kind: "miss", device: "pump" }), 2);
  events = logEvent(events, event({ kind: "crash", device: "pump" }), 3);
  const kinds = (device: string, kind: string) =>
    filterEvents(events, { device, kind }).map((entry) => entry.kind);
  assert.deepEqual(kinds("", ""), ["crash", "miss", "boot"]);
  assert.deepEqual(kinds("pump", ""), ["crash", "miss"]);
  assert.deepEqual(kinds("pump", "miss"), ["miss"]);
  assert.deepEqual(kinds("board", ""), ["boot"]);
});
