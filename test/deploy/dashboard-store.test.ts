import assert from "node:assert/strict";
import { clearFault } from "../../deploy/dashboard/store/command.ts";
import { noConnection } from "../../deploy/dashboard/store/connection.ts";
import {
  boardsOf,
  commandSent,
  connectionChanged,
  type Dashboard,
  devicesOf,
  emptyDashboard,
  receive,
  refusalDismissed,
} from "../../deploy/dashboard/store/dashboard.ts";
import { disagrees, readingNames, remaining, stateIsOld } from "../../deploy/dashboard/store/device.ts";
import { keptEvents } from "../../deploy/dashboard/store/event-log.ts";
import { parseTopic } from "../../deploy/dashboard/store/topic.ts";
import { spec } from "../harness/spec.ts";

const start = Date.parse("2026-11-22T18:00:00.000Z");
const online = { phase: "online", session: 1, lastHeardMs: start, retryAtMs: null, refused: 0 } as const;
const pumpState = {
  mode: "full",
  restarts: 0,
  cause: null,
  driver: "relay",
  kind: "actuator",
  commands: { on: { type: "boolean" } },
  readings: { on: { unit: "" } },
  world: [],
  faults: [],
  ownedBy: null,
  commanded: { on: false },
  remainingMs: null,
  override: null,
  misses: 0,
};

/** A dashboard after the messages, each one second after the one before. */
function after(
  messages: readonly (readonly [topic: string, payload: unknown, retained?: boolean])[],
  from: Dashboard = connectionChanged(emptyDashboard, online),
): Dashboard {
  return messages.reduce(
    (dashboard, [topic, payload, retained = false], index) =>
      receive(dashboard, "holdfast", {
        topic,
        text: typeof payload === "string" ? payload : JSON.stringify(payload),
        retained,
        receivedMs: start + index * 1000,
      }),
    from,
  );
}

spec("each topic of a board is told apart, and nothing else is read", () => {
  const read = (topic: string) => parseTopic("holdfast", topic);
  assert.deepEqual(read("holdfast/green/status"), { kind: "status", board: "green" });
  assert.deepEqual(read("holdfast/green/events"), { kind: "events", board: "green" });
  assert.deepEqual(read("holdfast/green/pump/state"), { kind: "state", board: "green", device: "pump" });
  assert.deepEqual(read("holdfast/green/pump/error"), { kind: "error", board: "green", device: "pump" });
  assert.deepEqual(read("holdfast/green/timing/pump"), { kind: "timing", board: "green", job: "pump" });
  assert.deepEqual(read("holdfast/green/climate/humidity"), {
    kind: "reading",
    board: "green",
    device: "climate",
    name: "humidity",
  });
  for (const topic of [
    "holdfast/green/pump/set",
    "holdfast/green/world/pump/set",
    "holdfast/green/link/other",
    "holdfast/green/index",
    "holdfast/green",
    "holdfast//pump/state",
    "other/green/status",
    "holdfastish/green/status",
  ])
    assert.equal(read(topic), undefined, topic);
  assert.deepEqual(parseTopic("site/a", "site/a/green/status"), { kind: "status", board: "green" });
});

spec("a board, its devices and their readings appear as they are heard of, in a fixed order", () => {
  const dashboard = after([
    ["holdfast/shed/status", { state: "online", incarnation: 1, hardware: "linux" }, true],
    ["holdfast/green/pump/state", pumpState, true],
    ["holdfast/green/climate/temperature", { value: 21.4, unit: "°C", quality: "good", at: null }, true],
    [
      "holdfast/green/climate/state",
      {
        ...pumpState,
        kind: "sensor",
        commands: {},
        readings: { humidity: { unit: "%" }, temperature: { unit: "°C" } },
      },
      true,
    ],
    ["holdfast/green/climate/dewpoint", { value: 9, unit: "°C", quality: "good", at: null }],
  ]);
  const [green, shed] = boardsOf(dashboard);
  assert.equal(shed?.status?.hardware, "linux");
  assert.deepEqual(green && devicesOf(green).map(({ id }) => id), ["climate", "pump"]);
  const climate = green?.devices.climate;
  assert.deepEqual(climate && readingNames(climate), ["humidity", "temperature", "dewpoint"]);
  assert.equal(dashboard.unreadable, 0);
});

spec("a message changes its own device and leaves every other part the same object", () => {
  const before = after([
    ["holdfast/green/pump/state", pumpState],
    ["holdfast/green/fan/state", pumpState],
    ["holdfast/shed/fan/state", pumpState],
  ]);
  const next = after(
    [["holdfast/green/pump/on", { value: true, unit: "", quality: "good", at: null }]],
    before,
  );
  assert.notEqual(next.boards.green?.devices.pump, before.boards.green?.devices.pump);
  assert.equal(next.boards.green?.devices.fan, before.boards.green?.devices.fan);
  assert.equal(next.boards.shed, before.boards.shed);
  assert.equal(after([["holdfast/green/pump/set", { on: true }]], before), before);
});

spec("what is not what its topic promises changes nothing and is counted", () => {
  const before = after([["holdfast/green/pump/state", pumpState]]);
  const next = after(
    [
      ["holdfast/green/pump/state", "{"],
      ["holdfast/green/pump/state", { mode: "flying" }],
      ["holdfast/green/pump/on", { unit: "" }],
      ["holdfast/green/status", "[]"],
      ["holdfast/green/events", { cause: "no kind" }],
    ],
    before,
  );
  assert.equal(next.unreadable, 5);
  assert.equal(next.boards, before.boards);
});

spec("names that every object inherits are names like any other", () => {
  const dashboard = after([
    ["holdfast/constructor/toString/state", pumpState],
    ["holdfast/constructor/toString/__proto__", { value: 1, unit: "", quality: "good", at: null }],
  ]);
  const [board] = boardsOf(dashboard);
  assert.equal(board?.id, "constructor");
  const [device] = board === undefined ? [] : devicesOf(board);
  assert.deepEqual(device && Object.keys(device.readings), ["__proto__"]);
});

spec("a retained message that is taken away takes its reading, its device, its board with it", () => {
  const full = after([
    ["holdfast/green/pump/state", pumpState],
    ["holdfast/green/pump/on", { value: true, unit: "", quality: "good", at: null }],
  ]);
  const noReading = after([["holdfast/green/pump/on", ""]], full);
  assert.deepEqual(noReading.boards.green?.devices.pump?.readings, {});
  const nothing = after([["holdfast/green/pump/state", ""]], noReading);
  assert.deepEqual(nothing.boards, {});
});

spec("a command is pending until the device shows it", () => {
  const before = after([["holdfast/green/pump/state", pumpState]]);
  const sent = commandSent(before, "green", "pump", { on: true, for: "10m", id: "x" }, start);
  assert.deepEqual(sent.boards.green?.devices.pump?.pending, { values: { on: true }, sentMs: start });
  const unrelated = after([["holdfast/green/pump/state", { ...pumpState, misses: 1 }]], sent);
  assert.notEqual(unrelated.boards.green?.devices.pump?.pending, undefined);
  const shown = after([["holdfast/green/pump/state", { ...pumpState, commanded: { on: true } }]], unrelated);
  assert.equal(shown.boards.green?.devices.pump?.pending, undefined);
});

spec("a controller shows a setpoint under the name without its unit", () => {
  const state = { ...pumpState, kind: "controller", commanded: null };
  const before = after([["holdfast/green/thermostat/state", state]]);
  const sent = commandSent(before, "green", "thermostat", { setpointC: 21.5 }, start);
  const shown = after(
    [["holdfast/green/thermostat/setpoint", { value: 21.5, unit: "°C", quality: "good", at: null }]],
    sent,
  );
  assert.equal(shown.boards.green?.devices.thermostat?.pending, undefined);
});

spec("a clear is pending until the output is not latched any more", () => {
  const before = after([["holdfast/green/pump/state", { ...pumpState, latched: true }]]);
  assert.equal(before.boards.green?.devices.pump?.state?.latched, true);
  const sent = commandSent(before, "green", "pump", clearFault, start);
  const still = after([["holdfast/green/pump/state", { ...pumpState, latched: true, misses: 1 }]], sent);
  assert.deepEqual(still.boards.green?.devices.pump?.pending?.values, { clear: true });
  const cleared = after([["holdfast/green/pump/state", { ...pumpState, latched: false }]], still);
  assert.equal(cleared.boards.green?.devices.pump?.pending, undefined);
});

spec("a refusal ends the wait, is kept with its reason, and goes when it is dismissed", () => {
  const before = after([["holdfast/green/pump/state", pumpState]]);
  const sent = commandSent(before, "green", "pump", { on: true }, start);
  const refused = after(
    [["holdfast/green/pump/error", { command: { on: true, id: "7" }, reason: "ownedBy thermostat" }]],
    sent,
  );
  const pump = refused.boards.green?.devices.pump;
  assert.equal(pump?.pending, undefined);
  const [refusal] = pump?.refusals ?? [];
  assert.deepEqual(refusal, { command: '{"on":true}', reason: "ownedBy thermostat", receivedMs: start });
  const dismissed = refusal && refusalDismissed(refused, "green", "pump", refusal);
  assert.deepEqual(dismissed?.boards.green?.devices.pump?.refusals, []);
});

spec("a command that reads back otherwise disagrees", () => {
  const reading = (value: boolean) =>
    ["holdfast/green/pump/on", { value, unit: "", quality: "good" }] as const;
  const on = ["holdfast/green/pump/state", { ...pumpState, commanded: { on: true } }] as const;
  const wrong = after([on, reading(false)]).boards.green?.devices.pump;
  const right = after([on, reading(true)]).boards.green?.devices.pump;
  assert.equal(wrong && disagrees(wrong, "on"), true);
  assert.equal(right && disagrees(right, "on"), false);
});

spec("what is left of a command counts down; kept by the broker it is the most that can be left", () => {
  const live = { receivedMs: start, retained: false, session: 1 };
  assert.deepEqual(remaining(12_000, live, start + 5000), { ms: 7000, atMost: false });
  assert.deepEqual(remaining(12_000, { ...live, retained: true }, start), { ms: 12_000, atMost: true });
  assert.deepEqual(remaining(12_000, live, start + 60_000), { ms: 0, atMost: false });
  assert.equal(remaining(null, live, start), undefined);
});

spec("a ladder is read as far as it is known: its rungs, who keeps it, when it goes up", () => {
  const ladder = (fields: object) =>
    after([["holdfast/green/pump/state", { ...pumpState, ...fields }]]).boards.green?.devices.pump?.state;
  const { modes, modeOverride, climbsInMs } = ladder({
    modes: ["full", "safe", "turbo", "off"],
    modeOverride: { mode: "safe", remainingMs: 60_000 },
    climbsInMs: 5000,
  })!;
  assert.deepEqual([modes, climbsInMs], [["full", "safe", "off"], 5000]);
  assert.deepEqual(modeOverride, { mode: "safe", remainingMs: 60_000 });
  const silent = ladder({})!;
  assert.deepEqual([silent.modes, silent.modeOverride, silent.climbsInMs], [[], null, null]);
  assert.equal(ladder({ modeOverride: { mode: "turbo" } })!.modeOverride, null);
});

spec("a state is told as what was, while nobody can say that it still holds", () => {
  const device = { stateReceipt: { receivedMs: start, retained: false, session: 1 } };
  assert.equal(stateIsOld(device, online, undefined), false);
  assert.equal(stateIsOld(device, { ...online, session: 2 }, undefined), true);
  assert.equal(stateIsOld(device, { ...online, phase: "lost" }, undefined), true);
  assert.equal(stateIsOld(device, online, null), true);
});

spec("events are newest first, and the oldest go", () => {
  const many = Array.from({ length: keptEvents + 5 }, (_, index) => {
    return ["holdfast/green/events", { kind: "miss", device: "climate", count: index }] as const;
  });
  const events = after(many).boards.green?.events ?? [];
  assert.equal(events.length, keptEvents);
  assert.equal(events[0]?.detail.count, keptEvents + 4);
  assert.equal(new Set(events.map(({ sequence }) => sequence)).size, keptEvents);
});

spec("a board is offline since its last will came, or since nobody knows when", () => {
  const live = after([["holdfast/green/status", { state: "offline" }]]);
  assert.equal(live.boards.green?.offlineSinceMs, start);
  const kept = after([["holdfast/green/status", { state: "offline" }, true]]);
  assert.equal(kept.boards.green?.offlineSinceMs, null);
  const back = after([["holdfast/green/status", { state: "online" }]], live);
  assert.equal(back.boards.green?.offlineSinceMs, undefined);
});

spec("timing is kept by job and makes no device", () => {
  const board = after([
    ["holdfast/green/timing/climate", { count: 10, misses: 1, latenessUs: { p50: 50, p99: 140, max: 900 } }],
  ]).boards.green;
  assert.equal(board, undefined);
  const withDevice = after([
    ["holdfast/green/climate/state", pumpState],
    ["holdfast/green/timing/climate", { count: 10, misses: 1, latenessUs: { p50: 50, p99: 140, max: 900 } }],
  ]).boards.green;
  assert.equal(withDevice?.timings.climate?.lateness?.p99, 140);
  assert.deepEqual(Object.keys(withDevice?.devices ?? {}), ["climate"]);
});

spec("the first dashboard knows nothing and says it is connecting", () => {
  assert.deepEqual(emptyDashboard, { connection: noConnection, boards: {}, unreadable: 0 });
});
