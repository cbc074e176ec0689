import * as assert from "uvu/assert";
import { parseConfig } from "../../deploy/config/load-config.ts";
import type { Problem, Warning } from "../../deploy/config/problem.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

/** Parts that are right by themselves and wrong together. */
const servo = { driver: "servo", line: "GPIO13", safe: "off", commandFor: "10s", every: "500ms" };
const converter = { driver: "mcp3008", bus: "spi0", chipSelect: 0, every: "1s", settings: { channel: 0 } };
const thermometer = { driver: "ds18b20", sensor: "28-0316a2794bff", every: "5s", hardDeadline: "5s" };
const mistakes: readonly { name: string; changes: readonly Change[]; problem: Problem }[] = [
  {
    name: "a bias through sysfs",
    changes: [
      ["hardware", "linux"],
      ["backend", "sysfs"],
      ["devices.fan", undefined],
    ],
    problem: {
      path: "devices.button.bias",
      found: '"pull-up"',
      allowed: '"none" and a resistor: sysfs cannot set a bias ("backend": "chardev" can)',
    },
  },
  {
    name: "a servo that is safe with pulses of full length",
    changes: [["devices.flap", { ...servo, safe: "on" }]],
    problem: { path: "devices.flap.safe", found: '"on"', allowed: '"off"' },
  },
  {
    name: "a servo whose pulses shrink",
    changes: [["devices.flap", { ...servo, settings: { minPulse: "2ms", maxPulse: "1ms" } }]],
    problem: { path: "devices.flap.settings.maxPulse", found: '"1ms"', allowed: 'longer than "minPulse"' },
  },
  {
    name: "a device on an SPI bus that nobody described",
    changes: [["devices.tank", converter]],
    problem: {
      path: "devices.tank.bus",
      found: '"spi0"',
      allowed: 'a bus that "spi" describes; there is none',
    },
  },
  {
    name: "a chip select that the bus does not have",
    changes: [
      ["spi", { spi0: { speed: "1MHz" } }],
      ["devices.tank", { ...converter, chipSelect: 2 }],
    ],
    problem: { path: "devices.tank.chipSelect", found: "2", allowed: "0 to 1: spi0 has no more" },
  },
  {
    name: "two chips at one chip select",
    changes: [
      ["spi", { spi0: { speed: "1MHz" } }],
      ["devices.tank", converter],
      ["devices.other", { ...converter, settings: { channel: 1 } }],
    ],
    problem: {
      path: "devices.other.chipSelect",
      found: "0",
      allowed: "a chip select on spi0 of its own; devices.tank has 0",
    },
  },
  {
    name: "a line that SPI has",
    changes: [
      ["spi", { spi0: { speed: "1MHz" } }],
      ["devices.led.line", "GPIO8"],
    ],
    problem: {
      path: "devices.led.line",
      found: '"GPIO8"',
      allowed: "a line of its own; GPIO8 belongs to bus spi0",
    },
  },
  {
    name: "a thermometer without a wire",
    changes: [["devices.pond", thermometer]],
    problem: {
      path: "w1",
      found: "nothing",
      allowed: '{ "line": "GPIO4" }, because devices.pond is on 1-wire',
    },
  },
  {
    name: "two thermometers of one number",
    changes: [
      ["w1", { line: "GPIO4" }],
      ["devices.pond", thermometer],
      ["devices.pool", thermometer],
    ],
    problem: {
      path: "devices.pool.sensor",
      found: '"28-0316a2794bff"',
      allowed: "a number of its own; devices.pond has 28-0316a2794bff",
    },
  },
  {
    name: "a number of another family of parts",
    changes: [
      ["w1", { line: "GPIO4" }],
      ["devices.pond", { ...thermometer, sensor: "10-0316a2794bff" }],
    ],
    problem: {
      path: "devices.pond.sensor",
      found: '"10-0316a2794bff"',
      allowed: 'a number that begins with "28-", as those of this part do',
    },
  },
  {
    name: "a thermometer that has no time to wait for others",
    changes: [
      ["w1", { line: "GPIO4" }],
      ["devices.pond", { ...thermometer, deadline: "1s" }],
    ],
    problem: {
      path: "devices.pond.deadline",
      found: '"1s"',
      allowed: "at least 1.8s: a conversion may have to wait for one of another device",
    },
  },
  {
    name: "a line that 1-wire has, written as its pin",
    changes: [
      ["w1", { line: "pin 18" }],
      ["devices.pond", thermometer],
    ],
    problem: {
      path: "devices.led.line",
      found: '"GPIO24"',
      allowed: "a line of its own; GPIO24 belongs to the 1-wire bus",
    },
  },
  {
    name: "a pulse counter through sysfs",
    changes: [
      ["hardware", "linux"],
      ["backend", "sysfs"],
      ["devices.fan", undefined],
      ["devices.button", { driver: "pulse-counter", line: "GPIO23", bias: "none", every: "1s" }],
    ],
    problem: {
      path: "devices.button.driver",
      found: '"pulse-counter"',
      allowed:
        'a driver that counts no pulses: sysfs does not tell how many ran into one ("backend": "chardev" does)',
    },
  },
  {
    name: "a glitch filter through sysfs",
    changes: [
      ["hardware", "linux"],
      ["backend", "sysfs"],
      ["devices.fan", undefined],
      [
        "devices.button",
        { driver: "contact", line: "GPIO23", bias: "none", glitchFilter: "1ms", every: "1s" },
      ],
    ],
    problem: {
      path: "devices.button.glitchFilter",
      found: '"1ms"',
      allowed: 'a "debounce" instead: sysfs has no time stamps to judge pulses by ("backend": "chardev" has)',
    },
  },
  {
    name: "an open drain through sysfs",
    changes: [
      ["hardware", "linux"],
      ["backend", "sysfs"],
      ["devices.fan", undefined],
      ["devices.button.bias", "none"],
      ["devices.led.drive", "open-drain"],
    ],
    problem: {
      path: "devices.led.drive",
      found: '"open-drain"',
      allowed: '"push-pull": sysfs cannot let go of a line for one level ("backend": "chardev" can)',
    },
  },
  {
    name: "an open drain that holds",
    changes: [
      ["devices.led.onCrash", "hold"],
      ["devices.led.drive", "open-drain"],
    ],
    problem: {
      path: "devices.led.drive",
      found: '"open-drain"',
      allowed: '"push-pull" with "onCrash": "hold": nobody could tell a level that was let go from an input',
    },
  },
  {
    name: "a debounce and a glitch filter",
    changes: [
      ["devices.button.settings", undefined],
      ["devices.button.debounce", "20ms"],
      ["devices.button.glitchFilter", "100us"],
    ],
    problem: {
      path: "devices.button.glitchFilter",
      found: '"100us"',
      allowed: 'no "glitchFilter" beside "debounce": a debounce keeps away every pulse shorter than itself',
    },
  },
  {
    name: "a debounce in both its spellings",
    changes: [["devices.button.debounce", "20ms"]],
    problem: {
      path: "devices.button.settings.debounce",
      found: '"20ms"',
      allowed: 'nothing: "debounce" of the device says it already',
    },
  },
  {
    name: "a change that is expected faster than anybody looks",
    changes: [["devices.button.expectChange", "100ms"]],
    problem: {
      path: "devices.button.expectChange",
      found: '"100ms"',
      allowed: 'at least "every" (500ms): its jobs look for changes',
    },
  },
  {
    name: "a device with a reserved id",
    changes: [["devices.status", { driver: "bh1750", bus: "i2c-1", address: "0x23", every: "1s" }]],
    problem: {
      path: "devices.status",
      found: '"status"',
      allowed:
        "an id that is not reserved (state, set, error, on, level, status, events, timing, index, world, link, outbox, update)",
    },
  },
  {
    name: "a controller named like a device",
    changes: [
      ["controllers.thermostat", undefined],
      [
        "controllers.led",
        {
          kind: "thermostat",
          input: "climate.temperature",
          output: "heater",
          every: "1s",
          settings: { setpointC: 20, minSetpointC: 10, maxSetpointC: 30, bandC: 1 },
        },
      ],
    ],
    problem: { path: "controllers.led", found: '"led"', allowed: "an id of its own; devices.led is a led" },
  },
  {
    name: "a real-time place for a cell that is not there",
    changes: [["realtime", { cells: { climat: { priority: 5 } } }]],
    problem: {
      path: "realtime.cells.climat",
      found: '"climat"',
      allowed: "the id of a device or controller",
      suggestion: "climate",
    },
  },
  {
    name: "a real-time place for one that shares its cell",
    changes: [
      ["placement", "shared"],
      ["realtime", { cells: { climate: { priority: 5 } } }],
    ],
    problem: {
      path: "realtime.cells.climate",
      found: '"climate"',
      allowed: '"shared:i2c-1", the cell that it shares, or "cell": "own" of climate',
    },
  },
  {
    name: "a real-time place for a shared cell that is not there",
    changes: [
      ["placement", "shared"],
      ["realtime", { cells: { "shared:i2c-2": { priority: 5 } } }],
    ],
    problem: {
      path: 'realtime.cells["shared:i2c-2"]',
      found: '"shared:i2c-2"',
      allowed: "a cell: shared:i2c-1, light, button, shared:outputs, shared:controllers",
      suggestion: "shared:i2c-1",
    },
  },
  {
    name: "a line used twice",
    changes: [["devices.led.line", "GPIO17"]],
    problem: {
      path: "devices.led.line",
      found: '"GPIO17"',
      allowed: "a line of its own; GPIO17 belongs to devices.heater",
    },
  },
  {
    name: "a line that a bus has",
    changes: [["devices.button.line", "GPIO2"]],
    problem: {
      path: "devices.button.line",
      found: '"GPIO2"',
      allowed: "a line of its own; GPIO2 belongs to bus i2c-1 (SDA)",
    },
  },
  {
    name: "an unknown bus",
    changes: [["devices.light.bus", "i2c-2"]],
    problem: {
      path: "devices.light.bus",
      found: '"i2c-2"',
      allowed: '"i2c-1" or "i2c-0"',
      suggestion: "i2c-1",
    },
  },
  {
    name: "an address used twice on one bus",
    changes: [["devices.climate2", { driver: "bme280", bus: "i2c-1", address: "0x76", every: "1s" }]],
    problem: {
      path: "devices.climate2.address",
      found: '"0x76"',
      allowed: "an address of its own on i2c-1; devices.climate has 0x76",
    },
  },
  {
    name: "a deadline after the period",
    changes: [
      ["devices.heater.deadline", "600ms"],
      ["devices.heater.hardDeadline", "600ms"],
    ],
    problem: { path: "devices.heater.deadline", found: '"600ms"', allowed: 'at most "every" (500ms)' },
  },
  {
    name: "a hard deadline before the deadline",
    changes: [["devices.climate.hardDeadline", "100ms"]],
    problem: {
      path: "devices.climate.hardDeadline",
      found: '"100ms"',
      allowed: 'at least "deadline" (200ms)',
    },
  },
  {
    name: "a controller's deadline after its period",
    changes: [
      ["controllers.thermostat.deadline", "2s"],
      ["controllers.thermostat.hardDeadline", "2s"],
    ],
    problem: { path: "controllers.thermostat.deadline", found: '"2s"', allowed: 'at most "every" (1s)' },
  },
  {
    name: "a lower mode that runs more often than full",
    changes: [["devices.climate.modes.reduced.every", "500ms"]],
    problem: {
      path: "devices.climate.modes.reduced.every",
      found: '"500ms"',
      allowed: 'at least "every" of the device (1s)',
    },
  },
  {
    name: "a budget beyond the deadline",
    changes: [["devices.climate.budget", "201ms"]],
    problem: { path: "devices.climate.budget", found: '"201ms"', allowed: 'at most "deadline" (200ms)' },
  },
  {
    name: "a controller's budget beyond its deadline",
    changes: [["controllers.thermostat.budget", "1s"]],
    problem: { path: "controllers.thermostat.budget", found: '"1s"', allowed: 'at most "deadline" (100ms)' },
  },
  {
    name: "a lower mode's deadline that the device's budget does not fit",
    changes: [
      ["devices.climate.budget", "50ms"],
      ["devices.climate.modes.reduced.deadline", "40ms"],
    ],
    problem: {
      path: "devices.climate.modes.reduced.deadline",
      found: '"40ms"',
      allowed: 'at least "budget" (50ms)',
    },
  },
  {
    name: "a phase that is a whole period",
    changes: [["devices.heater.phase", "500ms"]],
    problem: { path: "devices.heater.phase", found: '"500ms"', allowed: 'less than "every" (500ms)' },
  },
  {
    name: "more misses than jobs",
    changes: [["devices.climate.onMiss", { descend: { misses: 11, of: 10 } }]],
    problem: { path: "devices.climate.onMiss.descend.misses", found: "11", allowed: 'at most "of" (10)' },
  },
  {
    name: "more misses than jobs in a lower mode",
    changes: [["devices.climate.modes.reduced.onMiss", { descend: { misses: 3, of: 2 } }]],
    problem: {
      path: "devices.climate.modes.reduced.onMiss.descend.misses",
      found: "3",
      allowed: 'at most "of" (2)',
    },
  },
  {
    name: "a way down from safe",
    changes: [["devices.climate.modes.safe.onMiss", { descend: { misses: 1, of: 2 } }]],
    problem: {
      path: "devices.climate.modes.safe.onMiss",
      found: "an object",
      allowed: '"count", "skip" or "abort": there is no working mode below safe',
    },
  },
  {
    name: "a controller that is to be aborted",
    changes: [["controllers.thermostat.onMiss", "abort"]],
    problem: {
      path: "controllers.thermostat.onMiss",
      found: '"abort"',
      allowed:
        '"count", "skip" or descend: a controller waits for nothing, and one that hangs is ended at its hard deadline anyway',
    },
  },
  {
    name: "an output that is safe off and whose commands never end",
    changes: [["devices.led.commandFor", undefined]],
    problem: {
      path: "devices.led.commandFor",
      found: "nothing",
      allowed: 'a duration here or in "maxOn": "safe" is "off", so every command needs an end',
    },
  },
  {
    name: "hold with a lease",
    changes: [
      ["devices.led.onCrash", "hold"],
      ["devices.led.lease", "2s"],
    ],
    problem: {
      path: "devices.led.lease",
      found: '"2s"',
      allowed: 'nothing: "onCrash" is "hold", and a lease would end what is held ("holdFor" bounds it)',
    },
  },
  {
    name: "holdFor without hold",
    changes: [["devices.led.holdFor", "10m"]],
    problem: {
      path: "devices.led.holdFor",
      found: '"10m"',
      allowed: 'nothing unless "onCrash" is "hold"',
    },
  },
  {
    name: "maxOn on an output that is safe on",
    changes: [
      ["devices.led.safe", "on"],
      ["devices.led.maxOn", "1h"],
      ["devices.led.line", "GPIO5"],
    ],
    problem: {
      path: "devices.led.maxOn",
      found: '"1h"',
      allowed: 'nothing: "safe" is "on", so it may be on for ever',
    },
  },
  {
    name: "a rest after a maxOn that is not there",
    changes: [["devices.led.maxOnRest", "1m"]],
    problem: { path: "devices.led.maxOnRest", found: '"1m"', allowed: 'nothing without "maxOn"' },
  },
  {
    name: "a lease that ends between two jobs",
    changes: [["devices.led.lease", "550ms"]],
    problem: {
      path: "devices.led.lease",
      found: '"550ms"',
      allowed: 'at least 600ms ("every" + "deadline", in mode reduced too), or "none"',
    },
  },
  {
    name: "a period that the default lease does not reach over",
    changes: [["devices.led.every", "5s"]],
    problem: {
      path: "devices.led.lease",
      found: "nothing",
      allowed: 'at least 5.1s ("every" + "deadline", in mode reduced too), or "none" (default 2s)',
    },
  },
  {
    name: "a misspelt reading",
    changes: [["controllers.thermostat.input", "climate.temprature"]],
    problem: {
      path: "controllers.thermostat.input",
      found: '"climate.temprature"',
      allowed: 'a reading in °C: "climate.temperature"',
      suggestion: "climate.temperature",
    },
  },
  {
    name: "a reading in another unit",
    changes: [["controllers.thermostat.input", "climate.pressure"]],
    problem: {
      path: "controllers.thermostat.input",
      found: '"climate.pressure"',
      allowed: 'a reading in °C: "climate.temperature"',
      suggestion: "climate.temperature",
    },
  },
  {
    name: "a reading of a device that is not there",
    changes: [["controllers.irrigation.input", "sail.moisture"]],
    problem: {
      path: "controllers.irrigation.input",
      found: '"sail.moisture"',
      allowed: 'a reading in %: "climate.humidity" or "soil.moisture"',
      suggestion: "soil.moisture",
    },
  },
  {
    name: "an age limit below the period of the input",
    changes: [["controllers.irrigation.maxAge", "1s"]],
    problem: {
      path: "controllers.irrigation.maxAge",
      found: '"1s"',
      allowed: "at least the period of soil (2s)",
    },
  },
  {
    name: "a controller that drives a sensor",
    changes: [["controllers.thermostat.output", "light"]],
    problem: {
      path: "controllers.thermostat.output",
      found: '"light"',
      allowed: 'an actuator that takes "on": "heater", "pump" or "led"',
    },
  },
  {
    name: "an output with two owners",
    changes: [["controllers.irrigation.output", "heater"]],
    problem: {
      path: "controllers.irrigation.output",
      found: '"heater"',
      allowed: "an output of its own; heater belongs to controllers.thermostat",
    },
  },
  {
    name: "a dose longer than the pump may run",
    changes: [["controllers.irrigation.settings.onFor", "2m"]],
    problem: {
      path: "controllers.irrigation.settings.onFor",
      found: '"2m"',
      allowed: 'at most "maxOn" of pump (1m)',
    },
  },
];

for (const { name, changes, problem } of mistakes) {
  spec(`${name} is one problem, at its path`, () => {
    const { problems } = parseConfig(demoWith(...changes));
    assert.equal(
      problems?.map(({ line: _, ...rest }) => rest),
      [problem],
    );
  });
}

/** What works and still surprises. */
const surprises: readonly { name: string; changes: readonly Change[]; warning: Warning }[] = [
  {
    name: "an active-low output on a line that power-up pulls low",
    changes: [["devices.pump.line", "GPIO22"]],
    warning: {
      path: "devices.pump.line",
      message:
        "at power-up GPIO22 is pulled low, which switches it on; " +
        "a 10k pull-up from pin 15 to 3V3 (pin 1) keeps it off until Holdfast has it",
    },
  },
  {
    name: "an active-high output on a line that power-up pulls high",
    changes: [["devices.heater.line", "GPIO5"]],
    warning: {
      path: "devices.heater.line",
      message:
        "at power-up GPIO5 is pulled high, which switches it on; " +
        "a 10k pull-down from pin 29 to GND (pin 6) keeps it off until Holdfast has it",
    },
  },
  {
    name: "an output on a line whose pull no resistor outweighs",
    changes: [
      ["buses.i2c-1", { sda: "GPIO10", scl: "GPIO11", speed: "100kHz" }],
      ["devices.led.line", "GPIO3"],
    ],
    warning: {
      path: "devices.led.line",
      message:
        "at power-up GPIO3 is pulled high, which switches it on; " +
        "the resistor on the board is too strong to outweigh: use another line",
    },
  },
  {
    name: "an override limit on an output that nobody owns",
    changes: [["devices.led.maxOverride", "10m"]],
    warning: {
      path: "devices.led.maxOverride",
      message: "no controller owns this output: nothing to override",
    },
  },
  {
    name: "two fans on one PWM channel",
    changes: [
      ["devices.fan2", { driver: "pwm-fan", line: "GPIO12", safe: "off", commandFor: "1m", every: "500ms" }],
    ],
    warning: {
      path: "devices.fan2.line",
      message:
        "before the Pi 5, GPIO12 carries the same PWM channel as devices.fan (GPIO18): both always have one duty",
    },
  },
];

for (const { name, changes, warning } of surprises) {
  spec(`${name} is a warning, not a problem`, () => {
    const { problems, warnings } = parseConfig(demoWith(...changes));
    assert.equal(problems, undefined);
    assert.equal(
      warnings.map(({ line: _, ...rest }) => rest),
      [warning],
    );
  });
}

spec("hardware linux with --emulated is an emulated board; emulated stays emulated", () => {
  const { config } = parseConfig(demoWith(["hardware", "linux"]), { emulated: true });
  assert.is(config?.hardware, "emulated");
  assert.is(parseConfig(demoWith(), { emulated: true }).config?.hardware, "emulated");
});

spec("a line may be written as its pin, and is the same line to every check", () => {
  const pins: Change[] = [
    ["devices.heater.line", "pin 11"],
    ["buses.i2c-1.sda", "pin 3"],
  ];
  const { config } = parseConfig(demoWith(...pins));
  assert.equal(config, parseConfig(demoWith()).config);
  const { problems } = parseConfig(demoWith(["devices.led.line", "pin 11"]));
  assert.equal(
    problems?.map(({ allowed }) => allowed),
    ["a line of its own; GPIO17 belongs to devices.heater"],
  );
  const power = parseConfig(demoWith(["devices.led.line", "pin 1"])).problems;
  assert.equal(
    power?.map(({ path, found }) => [path, found]),
    [["devices.led.line", '"pin 1"']],
  );
});

spec("hardware linux is accepted where every driver can work on real pins, over either interface", () => {
  const linux: Change[] = [
    ["hardware", "linux"],
    ["devices.fan", undefined],
  ];
  assert.is(parseConfig(demoWith(...linux)).config?.hardware, "linux");
  const sysfs: Change[] = [...linux, ["backend", "sysfs"], ["devices.button.bias", "none"]];
  assert.is(parseConfig(demoWith(...sysfs)).config?.backend, "sysfs");
  assert.is(parseConfig(demoWith(...sysfs), { emulated: true }).config?.hardware, "emulated");
});

spec("a lease of none, hold without a lease, and safe on without an end are accepted", () => {
  for (const changes of [
    [["devices.led.lease", "none"]],
    [
      ["devices.led.onCrash", "hold"],
      ["devices.led.holdFor", "1h"],
    ],
    [
      ["devices.led.safe", "on"],
      ["devices.led.commandFor", undefined],
    ],
  ] satisfies Change[][]) {
    assert.is(parseConfig(demoWith(...changes)).problems, undefined);
  }
});
