import * as assert from "uvu/assert";
import { Telemetry, type TelemetryDevice, type TelemetrySink } from "../../deploy/board/telemetry.ts";
import { spec } from "../harness/spec.ts";
import { job } from "./an-overview.ts";

const climate: TelemetryDevice = {
  id: "climate",
  kind: "sensor",
  driver: "bme280",
  command: {},
  readings: { temperature: { unit: "°C", resolution: 0.1 } },
  world: {},
  faults: [],
  ownedBy: null,
  staleAfterMs: { full: 3000 },
  modes: ["full", "reduced", "safe", "off"],
};

/** A telemetry whose clock a test moves, and what it told of timings. */
function started(device = climate, wallMs: number | null = 1_000_000_000_000) {
  const told: [string, Readonly<Record<string, unknown>>][] = [];
  const happened: [string, Readonly<Record<string, unknown>>][] = [];
  const nothing = () => {};
  const sink: TelemetrySink = {
    reading: nothing,
    deviceState: nothing,
    happened: (device, event) => void happened.push([device, event]),
    event: nothing,
    refuse: nothing,
    timing: (name, document) => void told.push([name, document]),
  };
  const clock = { us: 5_000_000 };
  const telemetry = new Telemetry(
    [device],
    sink,
    () => clock.us,
    () => wallMs ?? undefined,
  );
  return { telemetry, told, happened, clock };
}

const { ageMs: _, job: __, ...timing } = job("climate");

spec("a job's report is told with wall times, and kept as it came with the time it came at", () => {
  const { telemetry, told, clock } = started();
  telemetry.take({ type: "timing", job: "climate", timing });
  clock.us += 7;
  assert.equal(telemetry.jobs(), [{ job: "climate", atUs: 5_000_000, report: timing }]);
  const [[name, { worst }] = ["", {}]] = told;
  // It ended a second before the report.
  assert.equal(
    [name, worst],
    ["climate", { responseUs: 1380, latenessUs: 900, at: "2001-09-09T01:46:39.000Z" }],
  );
});

spec("while the wall clock is not to be believed the worst has no time", () => {
  const { telemetry, told } = started(climate, null);
  telemetry.take({ type: "timing", job: "climate", timing });
  assert.equal(told[0]?.[1].worst, { responseUs: 1380, latenessUs: 900, at: null });
});

spec("of names without end no more are kept than a board has topics", () => {
  const { telemetry } = started();
  for (let n = 0; n < 1005; n++) telemetry.take({ type: "timing", job: `job-${n}`, timing });
  assert.is(telemetry.jobs().length, 1000);
});

spec("a device is told of as it is: its state, and its readings rounded, doubtful ones as such", () => {
  const { telemetry } = started();
  telemetry.take({
    type: "state",
    device: "climate",
    patch: { mode: "reduced", restarts: 2, cause: "nak", misses: 4 },
  });
  const reading = { type: "reading", device: "climate", reading: "temperature", sampledAtUs: 5 } as const;
  telemetry.take({ ...reading, value: 21.43712, quality: "suspect" });
  assert.equal(telemetry.devices(), [
    {
      ...{ id: "climate", kind: "sensor", driver: "bme280", mode: "reduced", restarts: 2, cause: "nak" },
      ...{ ready: false, misses: 4 },
      readings: [{ name: "temperature", unit: "°C", value: 21.44, quality: "suspect" }],
    },
  ]);
});

const button: TelemetryDevice = {
  ...climate,
  id: "button",
  kind: "input",
  driver: "button",
  readings: { pressed: { unit: "", resolution: 1, events: ["pressed", "released"] } },
};

spec("each press and each release is an event of its own, nothing that was not seen is one", () => {
  const { telemetry, happened, clock } = started(button);
  const press = (value: boolean | null, quality: "good" | "suspect" | "bad" = "good") => {
    clock.us += 1_000_000;
    const about = { device: "button", reading: "pressed", sampledAtUs: clock.us };
    telemetry.take({ type: "reading", ...about, value, quality });
  };
  press(false);
  press(false);
  assert.equal(happened, [], "that it is not pressed is a state");
  press(true);
  press(true, "suspect");
  press(false);
  const at = "2001-09-09T01:46:40.000Z";
  assert.equal(happened, [
    ["button", { event_type: "pressed", at }],
    ["button", { event_type: "released", at }],
  ]);
  press(null, "bad");
  press(true);
  assert.is(happened.length, 2, "when it was pressed nobody saw");
});
