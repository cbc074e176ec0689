import * as assert from "uvu/assert";
import { parseConfig } from "../../deploy/config/load-config.ts";
import type { Problem } from "../../deploy/config/problem.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

/** One mistake in one field, and the one problem it gives. */
const mistakes: readonly { name: string; change: Change; problem: Problem }[] = [
  {
    name: "a version from the future",
    change: ["version", 2],
    problem: { path: "version", found: "2", allowed: "1, the version that this release reads" },
  },
  {
    name: "no version",
    change: ["version", undefined],
    problem: { path: "version", found: "nothing", allowed: "1, the version that this release reads" },
  },
  {
    name: "no hardware: nothing is detected",
    change: ["hardware", undefined],
    problem: { path: "hardware", found: "nothing", allowed: '"emulated" or "linux"' },
  },
  {
    name: "a misspelt hardware",
    change: ["hardware", "emulate"],
    problem: {
      path: "hardware",
      found: '"emulate"',
      allowed: '"emulated" or "linux"',
      suggestion: "emulated",
    },
  },
  {
    name: "a board id with capitals and a space",
    change: ["board.id", "Green House"],
    problem: {
      path: "board.id",
      found: '"Green House"',
      allowed: "an id of 1 to 32 characters a-z, 0-9, - and _ that begins with a letter",
      suggestion: "green-house",
    },
  },
  {
    name: "an unknown section",
    change: ["device", {}],
    problem: {
      path: "device",
      found: "unknown key",
      allowed:
        "$schema, version, board, hardware, backend, world, buses, spi, w1, expanders, devices, controllers, interlocks, placement, admission, mqtt, links, realtime, watchdog, updateWindow, updateRate, updateLimit",
      suggestion: "devices",
    },
  },
  {
    name: "a world that moves backwards",
    change: ["world.timeScale", -1],
    problem: { path: "world.timeScale", found: "-1", allowed: "a number from 0.01 to 1000" },
  },
  {
    name: "a policy for misses that is none",
    change: ["devices.climate.onMiss", "ignore"],
    problem: {
      path: "devices.climate.onMiss",
      found: '"ignore"',
      allowed:
        '"count", "skip", "abort" or {"descend": {"misses": 3, "of": 10}} with whole numbers from 1 to 1000',
    },
  },
  {
    name: "a rule for misses without its window",
    change: ["devices.climate.onMiss", { descend: { misses: 3 } }],
    problem: {
      path: "devices.climate.onMiss.descend.of",
      found: "nothing",
      allowed: "a whole number from 1 to 1000",
    },
  },
  {
    name: "a misspelt rule for misses",
    change: ["devices.climate.onMiss", { descnd: { misses: 3, of: 10 } }],
    problem: {
      path: "devices.climate.onMiss.descnd",
      found: "unknown key",
      allowed: "descend",
      suggestion: "descend",
    },
  },
  {
    name: "a misspelt kind of a controller",
    change: [
      "controllers.another",
      {
        knd: "thermostat",
        every: "1s",
        input: "climate.temperature",
        output: "fan",
        settings: { setpointC: 21, minSetpointC: 10, maxSetpointC: 30, bandC: 1 },
      },
    ],
    problem: { path: "controllers.another.knd", found: "unknown key", allowed: "kind", suggestion: "kind" },
  },
  {
    name: "a misspelt criticality",
    change: ["devices.climate.criticality", "criticl"],
    problem: {
      path: "devices.climate.criticality",
      found: '"criticl"',
      allowed: '"critical", "normal" or "best-effort"',
      suggestion: "critical",
    },
  },
  {
    name: "a phase in a lower mode, which has that of the device",
    change: ["devices.climate.modes.reduced.phase", "1ms"],
    problem: {
      path: "devices.climate.modes.reduced.phase",
      found: "unknown key",
      allowed: "every, deadline, hardDeadline, budget, onMiss",
    },
  },
  {
    name: "a bus named as in /dev",
    change: ["buses./dev/i2c-3", { sda: "GPIO4", scl: "GPIO5", speed: "100kHz" }],
    problem: {
      path: 'buses["/dev/i2c-3"]',
      found: '"/dev/i2c-3"',
      allowed: 'the name of a bus, such as "i2c-1"',
      suggestion: "i2c-3",
    },
  },
  {
    name: "a frequency with the wrong capitals",
    change: ["buses.i2c-1.speed", "400 KHZ"],
    problem: {
      path: "buses.i2c-1.speed",
      found: '"400 KHZ"',
      allowed: 'a frequency from 10kHz to 1MHz, such as "400kHz"',
      suggestion: "400kHz",
    },
  },
  {
    name: "devices as a list",
    change: ["devices", []],
    problem: { path: "devices", found: "a list", allowed: "an object" },
  },
  {
    name: "a misspelt driver",
    change: ["devices.light.driver", "hb1750"],
    problem: {
      path: "devices.light.driver",
      found: '"hb1750"',
      allowed:
        '"bme280", "ads1115", "bh1750", "mcp3008", "ds18b20", "button", "contact", "pulse-counter", "relay", "led", "pwm-fan" or "servo"',
      suggestion: "bh1750",
    },
  },
  {
    name: "a driver named like a property of every object",
    change: ["devices.light.driver", "constructor"],
    problem: {
      path: "devices.light.driver",
      found: '"constructor"',
      allowed:
        '"bme280", "ads1115", "bh1750", "mcp3008", "ds18b20", "button", "contact", "pulse-counter", "relay", "led", "pwm-fan" or "servo"',
    },
  },
  {
    name: "a debounce without a unit",
    change: ["devices.button.debounce", "20"],
    problem: {
      path: "devices.button.debounce",
      found: '"20"',
      allowed: 'a duration from 100us to 10s, such as "20ms", or "none"',
    },
  },
  {
    name: "an edge rate beyond what a guardian can take",
    change: ["devices.button.maxEdgeRate", "1MHz"],
    problem: {
      path: "devices.button.maxEdgeRate",
      found: '"1MHz"',
      allowed: 'a frequency from 10Hz to 100kHz, such as "1kHz"',
    },
  },
  {
    name: "edges chosen where a level is read",
    change: ["devices.button.edges", "rising"],
    problem: {
      path: "devices.button.edges",
      found: "unknown key",
      allowed:
        "driver, line, bias, activeLow, debounce, glitchFilter, maxEdgeRate, expectChange, every, deadline, hardDeadline, budget, onMiss, phase, criticality, precision, modes, probation, publishEvery, keepEvery, cell, settings",
    },
  },
  {
    name: "a misspelt key",
    change: ["devices.light.evrey", "1s"],
    problem: {
      path: "devices.light.evrey",
      found: "unknown key",
      allowed:
        "driver, bus, address, retries, stretch, reset, every, deadline, hardDeadline, budget, onMiss, phase, criticality, precision, modes, probation, publishEvery, keepEvery, cell, settings",
      suggestion: "every",
    },
  },
  {
    name: "an output's field on a sensor",
    change: ["devices.light.lease", "2s"],
    problem: {
      path: "devices.light.lease",
      found: "unknown key",
      allowed:
        "driver, bus, address, retries, stretch, reset, every, deadline, hardDeadline, budget, onMiss, phase, criticality, precision, modes, probation, publishEvery, keepEvery, cell, settings",
    },
  },
  {
    name: "an address as a number",
    change: ["devices.climate.address", 118],
    problem: {
      path: "devices.climate.address",
      found: "118",
      allowed: "an address of this part: 0x76, 0x77",
      suggestion: "0x76",
    },
  },
  {
    name: "an address outside 0x08..0x77",
    change: ["devices.climate.address", "0x78"],
    problem: {
      path: "devices.climate.address",
      found: '"0x78"',
      allowed: "an address of this part: 0x76, 0x77",
      suggestion: "0x76",
    },
  },
  {
    name: "a line by its number",
    change: ["devices.heater.line", 17],
    problem: {
      path: "devices.heater.line",
      found: "17",
      allowed:
        'a line from GPIO0 to GPIO27, or its pin, such as "pin 11", or a pin of an expander, such as "valves.GPA3"',
      suggestion: "GPIO17",
    },
  },
  {
    name: "a line that the header has not",
    change: ["devices.heater.line", "GPIO40"],
    problem: {
      path: "devices.heater.line",
      found: '"GPIO40"',
      allowed:
        'a line from GPIO0 to GPIO27, or its pin, such as "pin 11", or a pin of an expander, such as "valves.GPA3"',
      suggestion: "GPIO0",
    },
  },
  {
    name: "PWM on a line without it",
    change: ["devices.fan.line", "GPIO20"],
    problem: {
      path: "devices.fan.line",
      found: '"GPIO20"',
      allowed: "a line with hardware PWM: GPIO12, GPIO13, GPIO18, GPIO19",
      suggestion: "GPIO12",
    },
  },
  {
    name: "a duration without a unit",
    change: ["devices.heater.maxOn", 600],
    problem: {
      path: "devices.heater.maxOn",
      found: "600",
      allowed: 'a duration from 1ms to 366d, such as "10m"',
    },
  },
  {
    name: "a duration with its unit in words",
    change: ["devices.heater.maxOn", "10 minutes"],
    problem: {
      path: "devices.heater.maxOn",
      found: '"10 minutes"',
      allowed: 'a duration from 1ms to 366d, such as "10m"',
      suggestion: "10m",
    },
  },
  {
    name: "a lease that is switched off without the word",
    change: ["devices.heater.lease", null],
    problem: {
      path: "devices.heater.lease",
      found: "null",
      allowed: 'a duration from 20ms to 1h, such as "2s", or "none"',
    },
  },
  {
    name: "an override of more than a day",
    change: ["devices.heater.maxOverride", "2d"],
    problem: {
      path: "devices.heater.maxOverride",
      found: '"2d"',
      allowed: 'a duration from 1ms to 24h, such as "30m"',
    },
  },
  {
    name: "an output without a safe level",
    change: ["devices.heater.safe", undefined],
    problem: { path: "devices.heater.safe", found: "nothing", allowed: '"off" or "on"' },
  },
  {
    name: "a misspelt crash policy",
    change: ["devices.heater.onCrash", "hodl"],
    problem: {
      path: "devices.heater.onCrash",
      found: '"hodl"',
      allowed: '"safe", "hold" or "release"',
      suggestion: "hold",
    },
  },
  {
    name: "a truth in quotes",
    change: ["devices.pump.activeLow", "true"],
    problem: {
      path: "devices.pump.activeLow",
      found: '"true"',
      allowed: "true or false",
      suggestion: "true",
    },
  },
  {
    name: "a pull with another spelling",
    change: ["devices.button.bias", "pullup"],
    problem: {
      path: "devices.button.bias",
      found: '"pullup"',
      allowed: '"pull-up", "pull-down" or "none"',
      suggestion: "pull-up",
    },
  },
  {
    name: "a setting that the driver has not",
    change: ["devices.soil.settings.chanel", 0],
    problem: {
      path: "devices.soil.settings.chanel",
      found: "unknown key",
      allowed: "channel, dryVolts, wetVolts",
      suggestion: "channel",
    },
  },
  {
    name: "a channel that the converter has not",
    change: ["devices.soil.settings.channel", 4],
    problem: { path: "devices.soil.settings.channel", found: "4", allowed: "a whole number from 0 to 3" },
  },
  {
    name: "a probe that gives the same dry and wet",
    change: ["devices.soil.settings.wetVolts", 2.6],
    problem: {
      path: "devices.soil.settings.wetVolts",
      found: "2.6",
      allowed: 'at least 0.1 V away from "dryVolts"',
    },
  },
  {
    name: "a setpoint beyond its bounds",
    change: ["controllers.thermostat.settings.setpointC", 31],
    problem: {
      path: "controllers.thermostat.settings.setpointC",
      found: "31",
      allowed: 'between "minSetpointC" and "maxSetpointC"',
    },
  },
  {
    name: "an unknown kind of controller",
    change: ["controllers.thermostat.kind", "termostat"],
    problem: {
      path: "controllers.thermostat.kind",
      found: '"termostat"',
      allowed: '"thermostat" or "irrigation"',
      suggestion: "thermostat",
    },
  },
  {
    name: "a broker that is not MQTT",
    change: ["mqtt.url", "http://broker"],
    problem: {
      path: "mqtt.url",
      found: '"http://broker"',
      allowed:
        'an address such as "mqtt://192.168.1.10:1883" (mqtt or mqtts), or a list of the nodes of one broker; a user and password belong into the file that "credentialsFile" names',
    },
  },
  {
    name: "a root topic of two levels",
    change: ["mqtt.root", "home/holdfast"],
    problem: {
      path: "mqtt.root",
      found: '"home/holdfast"',
      allowed: "one topic level of 1 to 32 characters a-z, 0-9, - and _",
    },
  },
];

for (const { name, change, problem } of mistakes) {
  spec(`${name} is one problem, at its path`, () => {
    const { problems } = parseConfig(demoWith(change));
    assert.equal(
      problems?.map(({ line: _, ...rest }) => rest),
      [problem],
    );
  });
}

spec("a misspelt required key is one problem, not an unknown key and a missing one", () => {
  const { problems } = parseConfig(demoWith(["devices.led.line", undefined], ["devices.led.lien", "GPIO24"]));
  assert.equal(
    problems?.map(({ path, found, suggestion }) => [path, found, suggestion]),
    [["devices.led.lien", "unknown key", "line"]],
  );
});

spec("all problems are reported at once, and none hides another", () => {
  const { problems } = parseConfig(
    demoWith(
      ["devices.heater.lease", "2 s"],
      ["devices.heater.lnie", 1],
      ["devices.heater.line", "GPIO24"],
      ["devices.climate.driver", "bme208"],
      ["controllers.irrigation.output", "pomp"],
    ),
  );
  assert.equal(
    problems?.map(({ path }) => path),
    [
      "devices.climate.driver",
      "devices.heater.lease",
      "devices.heater.lnie",
      "devices.led.line",
      "controllers.irrigation.output",
    ],
  );
});
