import * as assert from "uvu/assert";
import type { BoardConfig } from "../../deploy/config/board-schema.ts";
import { loadConfig, parseConfig } from "../../deploy/config/load-config.ts";
import { boardPlan, controllerPlans, devicePlans, hardwarePlan } from "../../deploy/config/plan.ts";
import { realtimePlan } from "../../deploy/config/realtime-schema.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoFile, demoWith } from "./demo-board.ts";

function configWith(...changes: readonly Change[]): BoardConfig {
  const { config, problems } = parseConfig(demoWith(...changes));
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

function deviceOf(config: BoardConfig, id: string) {
  return devicePlans(config).find((plan) => plan.id === id)!;
}

spec("the demo has neither problems nor warnings", () => {
  const { problems, warnings } = loadConfig(demoFile);
  assert.is(problems, undefined);
  assert.equal(warnings, []);
});

spec("the guardian is told every line, PWM channel and bus of the demo, in numbers", () => {
  assert.equal(hardwarePlan(configWith()), {
    outputs: [
      {
        line: "GPIO17",
        kind: "line",
        activeLow: false,
        safe: "off",
        onCrash: "safe",
        leaseMs: 2000,
        maxOnMs: 600_000,
        maxOnRestMs: 60_000,
        minOffMs: 10_000,
      },
      {
        line: "GPIO6",
        kind: "line",
        activeLow: true,
        safe: "off",
        onCrash: "safe",
        leaseMs: 2000,
        maxOnMs: 60_000,
        minOffMs: 5000,
      },
      {
        line: "GPIO18",
        kind: "pwm",
        periodNs: 40_000,
        activeLow: false,
        safe: "off",
        onCrash: "safe",
        leaseMs: 2000,
      },
      { line: "GPIO24", kind: "line", activeLow: false, safe: "off", onCrash: "safe", leaseMs: 2000 },
    ],
    inputs: [{ line: "GPIO23", activeLow: true, bias: "pull-up", debounceMs: 20 }],
    buses: [
      {
        ...{ bus: "i2c-1", hz: 400_000, pins: { sda: "GPIO2", scl: "GPIO3" } },
        // The calibration of a BME280: 27 bytes and two addresses, 265 bits.
        longestUs: 663,
        chips: [{ bus: "i2c-1", address: 0x76, reset: { bytes: [0xe0, 0xb6] } }],
      },
      {
        ...{ bus: "i2c-0", hz: 100_000, pins: { sda: "GPIO0", scl: "GPIO1" } },
        longestUs: 300,
      },
    ],
  });
});

spec("a cell spins for periods up to 20ms, for what is critical, and when it is told to", () => {
  const precision = (...changes: Change[]) => deviceOf(configWith(...changes), "button").precision;
  assert.is(precision(), "sleep");
  assert.is(precision(["devices.button.every", "20ms"]), "spin");
  assert.is(precision(["devices.button.every", "21ms"]), "sleep");
  assert.is(precision(["devices.button.precision", "spin"]), "spin");
  assert.is(precision(["devices.button.every", "15ms"], ["devices.button.precision", "sleep"]), "sleep");
  assert.is(precision(["devices.button.criticality", "critical"]), "spin");
  const config = configWith(["controllers.thermostat.precision", "spin"]);
  assert.equal(
    controllerPlans(config).map((plan) => plan.precision),
    ["spin", "sleep"],
  );
});

spec("nothing is real-time unless the section is there; with it the chain is, and the cells it names", () => {
  assert.equal(realtimePlan(configWith()), { chain: false, cells: {} });
  assert.equal(realtimePlan(configWith(["realtime", {}])), { chain: true, cells: {} });
  const cells = { climate: { priority: 40, policy: "rr", core: 3 }, thermostat: { core: 2 } };
  assert.equal(realtimePlan(configWith(["realtime", { cells }])), { chain: true, cells });
});

spec("the lease is 2s unless it is written, absent with none and with hold", () => {
  const leaseMs = (...changes: Change[]) => deviceOf(configWith(...changes), "led").output?.leaseMs;
  assert.is(leaseMs(), 2000);
  assert.is(leaseMs(["devices.led.onCrash", "release"]), 2000);
  assert.is(leaseMs(["devices.led.lease", "5s"]), 5000);
  assert.is(leaseMs(["devices.led.lease", "none"]), undefined);
  assert.is(leaseMs(["devices.led.onCrash", "hold"]), undefined);
});

spec("a hold that ends and a latch arrive in ms", () => {
  const { output } = deviceOf(
    configWith(
      ["devices.led.onCrash", "hold"],
      ["devices.led.holdFor", "90s"],
      ["devices.led.maxOn", "1h"],
      ["devices.led.maxOnLatch", { count: 3, window: "1d" }],
    ),
    "led",
  );
  assert.is(output?.holdForMs, 90_000);
  assert.equal(output?.maxOnLatch, { count: 3, windowMs: 86_400_000 });
});

spec("a sensor's ladder: what is written, else five and ten periods", () => {
  const rest = {
    deadlineUs: 200_000,
    hardDeadlineUs: 1_000_000,
    budgetUs: 1000,
    budgetIsDefault: true,
    onMiss: "skip",
  };
  assert.equal(deviceOf(configWith(), "climate").modes, [
    { mode: "full", job: { everyMs: 1000, ...rest } },
    { mode: "reduced", job: { everyMs: 5000, ...rest } },
    { mode: "safe", job: { everyMs: 10_000, ...rest } },
    { mode: "off" },
  ]);
  const light = deviceOf(configWith(["devices.light.every", "2s"]), "light");
  assert.equal(
    light.modes.map(({ job }) => job?.everyMs),
    [2000, 10_000, 20_000, undefined],
  );
});

spec("a deadline is the period and a hard deadline twice the deadline unless they are written", () => {
  const plan = configWith(["devices.light.deadline", undefined], ["devices.light.hardDeadline", undefined]);
  assert.equal(deviceOf(plan, "light").job, {
    everyMs: 1000,
    deadlineUs: 1_000_000,
    hardDeadlineUs: 2_000_000,
    budgetUs: 1000,
    budgetIsDefault: true,
    onMiss: "skip",
  });
});

spec(
  "budget, phase and miss policy go to each mode unless it has its own; none of them has a number by default",
  () => {
    const { modes, criticality } = deviceOf(
      configWith(
        ["devices.climate.budget", "5ms"],
        ["devices.climate.phase", "250ms"],
        ["devices.climate.criticality", "critical"],
        ["devices.climate.onMiss", { descend: { misses: 3, of: 10 } }],
        ["devices.climate.modes.safe", { every: "10s", budget: "20ms", onMiss: "abort" }],
      ),
      "climate",
    );
    assert.is(criticality, "critical");
    const descend = { descend: { misses: 3, of: 10 } };
    assert.equal(
      modes.map(({ job }) => [job?.budgetUs, job?.phaseUs, job?.onMiss]),
      [
        [5000, 250_000, descend],
        [5000, 250_000, descend],
        [20_000, 250_000, "abort"],
        [undefined, undefined, undefined],
      ],
    );
    assert.is(deviceOf(configWith(), "heater").criticality, "normal");
  },
);

spec("a controller's job has budget, phase, policy and criticality, too", () => {
  const [thermostat] = controllerPlans(
    configWith(
      ["controllers.thermostat.budget", "500us"],
      ["controllers.thermostat.phase", "0s"],
      ["controllers.thermostat.criticality", "best-effort"],
      ["controllers.thermostat.onMiss", "count"],
    ),
  );
  const { job, criticality } = thermostat!;
  assert.equal([job.budgetUs, job.phaseUs, job.onMiss, criticality], [500, 0, "count", "best-effort"]);
});

spec("an output keeps its period in the lower modes: its lease must be renewed", () => {
  assert.equal(
    deviceOf(configWith(), "heater").modes.map(({ job }) => job?.everyMs),
    [500, 500, 500, undefined],
  );
});

spec("an owned output says by whom and for how long it can be overridden; a free one does not", () => {
  const { ownedBy, maxOverrideMs } = deviceOf(configWith(), "pump");
  assert.equal({ ownedBy, maxOverrideMs }, { ownedBy: "irrigation", maxOverrideMs: 600_000 });
  const silent = deviceOf(configWith(["devices.pump.maxOverride", undefined]), "pump");
  assert.is(silent.maxOverrideMs, 1_800_000);
  assert.not.ok("ownedBy" in deviceOf(configWith(), "led"));
});

spec("a command ends by commandFor, else by maxOn", () => {
  assert.is(deviceOf(configWith(), "led").commandForMs, 600_000);
  assert.is(deviceOf(configWith(), "pump").commandForMs, 60_000);
  assert.is(deviceOf(configWith(["devices.pump.commandFor", "20s"]), "pump").commandForMs, 20_000);
});

spec("chips have a bus and an address, settings their units in the name", () => {
  const config = configWith();
  assert.equal(deviceOf(config, "climate").chip, { bus: "i2c-1", address: 0x76 });
  assert.equal(deviceOf(config, "button").settings, { stuckAfterMs: 60_000 });
  assert.equal(deviceOf(config, "fan").settings, { frequencyHz: 25_000 });
  assert.equal(deviceOf(config, "soil").settings, { channel: 0, dryVolts: 2.6, wetVolts: 1.1 });
});

spec("an input is filtered as written, else as its driver needs it", () => {
  const key = { driver: "button", line: "GPIO5", bias: "pull-up", activeLow: true, every: "1s" };
  const input = (fields: object) => deviceOf(configWith(["devices.key", { ...key, ...fields }]), "key").input;
  const plain = { line: "GPIO5", bias: "pull-up", activeLow: true };
  assert.equal(input({}), { ...plain, debounceMs: 20 });
  assert.equal(input({ debounce: "5ms" }), { ...plain, debounceMs: 5 });
  assert.equal(input({ debounce: "none" }), plain);
  assert.equal(input({ settings: { debounce: "50ms" } }), { ...plain, debounceMs: 50 }, "the older spelling");
  assert.equal(input({ glitchFilter: "250us" }), { ...plain, glitchFilterMs: 0.25 });
  assert.equal(input({ maxEdgeRate: "2kHz" }), { ...plain, debounceMs: 20, maxEdgeRateHz: 2000 });
  assert.equal(input({ driver: "pulse-counter" }), {
    ...plain,
    edges: "rising",
    maxEdgeRateHz: 10_000,
    counts: true,
  });
});

spec("readings of a pulse counter bear the units that were chosen", () => {
  const meter = { driver: "pulse-counter", line: "GPIO5", bias: "pull-up", every: "1s" };
  const settings = { pulsesPerUnit: 1000, unit: "kWh", per: "h" };
  assert.equal(deviceOf(configWith(["devices.meter", { ...meter, settings }]), "meter").readings, {
    count: { type: "number", unit: "", resolution: 1, grows: true },
    total: { type: "number", unit: "kWh", resolution: 0.001, grows: true },
    rate: { type: "number", unit: "kWh/h", resolution: 0.01 },
  });
});

spec("a controller knows its input and its age, its output, and the bounds of its commands", () => {
  const [thermostat, irrigation] = controllerPlans(configWith(["controllers.irrigation.maxAge", undefined]));
  assert.equal(thermostat?.input, {
    device: "climate",
    reading: "temperature",
    unit: "°C",
    maxAgeMs: 12_000,
  });
  assert.equal(thermostat?.output, { device: "heater", field: "on" });
  assert.equal(thermostat?.command, {
    setpointC: { type: "number", min: 10, max: 30, unit: "°C" },
    enabled: { type: "boolean" },
  });
  assert.is(thermostat?.commandForMs, 3000);
  assert.is(irrigation?.input.maxAgeMs, 6000);
  assert.equal(irrigation?.settings, {
    thresholdPercent: 35,
    minThresholdPercent: 10,
    maxThresholdPercent: 60,
    onForMs: 10_000,
    soakMs: 60_000,
  });
});

spec("the board's own settings have defaults", () => {
  assert.equal(boardPlan(configWith(["world", undefined], ["mqtt", undefined])), {
    id: "greenhouse",
    hardware: "emulated",
    world: { model: "greenhouse", seed: 1, timeScale: 1 },
    mqtt: { root: "holdfast" },
  });
  assert.is(boardPlan(configWith(["mqtt.url", "mqtts://broker.local"])).mqtt.url, "mqtts://broker.local");
});
