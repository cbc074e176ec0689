import * as assert from "uvu/assert";
import { discoveredDevices, discoveryPlan } from "../../../deploy/board/discovery-plan.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { readingOf } from "../../../deploy/homeassistant/command-entities.ts";
import { numberClass, precisionOf } from "../../../deploy/homeassistant/device-class.ts";
import type { DiscoveredDevice } from "../../../deploy/homeassistant/discovered-device.ts";
import { type Announcement, announcements } from "../../../deploy/homeassistant/discovery.ts";
import { expireAfterS } from "../../../deploy/homeassistant/reading-entities.ts";
import { DRIVER_NAMES, driverNamed } from "../../../devices/catalogue.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";
import { problemsOf } from "./documented-fields.ts";

const UID = "0123456789abcdef0123456789abcdef";
/** Of devices that no configuration has. */
const board = {
  id: "b",
  root: "r",
  uid: UID,
  version: "0.1.0",
  hardware: "linux",
  repeatMs: 60_000,
} as const;
const timing = { every: "500ms", deadline: "100ms", hardDeadline: "500ms" };
/** Kinds of device that the demo does without. */
const OTHERS: readonly Change[] = [
  ["devices.arm", { driver: "servo", line: "GPIO12", safe: "off", commandFor: "10m", ...timing }],
  ["devices.door", { driver: "contact", line: "GPIO27", bias: "pull-up", every: "1s" }],
  [
    "devices.flow",
    {
      driver: "pulse-counter",
      line: "GPIO22",
      bias: "pull-up",
      every: "1s",
      settings: { pulsesPerUnit: 450, unit: "L", per: "min" },
    },
  ],
];

function configOf(...changes: readonly Change[]) {
  const { config, problems } = parseConfig(demoWith(["mqtt.homeAssistant", {}], ...changes));
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

function announced(...changes: readonly Change[]): readonly Announcement[] {
  return discoveryPlan(configOf(...changes), UID, "0.1.0")!.announcements;
}

function of(device: string, ...changes: readonly Change[]) {
  const found = announced(...changes).find(
    ({ topic }) => topic === `homeassistant/device/${UID}_${device}/config`,
  );
  return found!.document;
}

spec("every message of the demo, controllers included, is as Home Assistant's documentation wants it", () => {
  const messages = announced(...OTHERS);
  assert.is(messages.length, discoveredDevices(configOf(...OTHERS)).length + 1, "one is the board's own");
  for (const { topic, document } of messages) assert.equal(problemsOf(topic, document), [], topic);
});

spec("so is that of every driver in the catalogue", () => {
  const devices = DRIVER_NAMES.map((driver): DiscoveredDevice => {
    const { kind, part, readings, command } = driverNamed(driver);
    return { id: driver, driver, kind, part, readings, command, modes: ["full", "reduced", "safe", "off"] };
  });
  for (const { topic, document } of announcements("ha", board, devices)) {
    assert.equal(problemsOf(topic, document), [], topic);
    assert.ok(Object.keys(document.components).length > 3, topic);
  }
});

spec("every field of every command has an entity, because its level is read back", () => {
  for (const driver of DRIVER_NAMES) {
    const { command, readings } = driverNamed(driver);
    for (const [field, type] of Object.entries(command))
      assert.ok(readingOf(field, type, readings), `${driver}.${field} shows in no reading`);
  }
});

spec("no two entities of a board have the same id, and all ids begin with the board's own", () => {
  const ids = announced(...OTHERS).flatMap(({ document }) =>
    Object.values(document.components).map(({ unique_id }) => unique_id),
  );
  assert.is(new Set(ids).size, ids.length);
  assert.equal(
    ids.filter((id) => !id.startsWith(`holdfast_${UID}_`)),
    [],
  );
});

spec(
  "a sensor has unit, class and digits of its catalogue, and is there only while board and reading are",
  () => {
    const { components, device } = of("climate");
    assert.equal(components.sensor_temperature, {
      platform: "sensor",
      unique_id: `holdfast_${UID}_climate_temperature`,
      name: "Temperature",
      qos: 1,
      state_topic: "holdfast/greenhouse/climate/temperature",
      availability: [
        {
          topic: "holdfast/greenhouse/status",
          value_template: "{{ value_json.state if value_json is defined else 'offline' }}",
        },
        {
          topic: "holdfast/greenhouse/climate/temperature",
          value_template:
            "{{ 'online' if value_json is defined and value_json.quality in ['good', 'suspect'] else 'offline' }}",
        },
      ],
      availability_mode: "all",
      value_template: "{{ value_json.value if value_json is defined else 'None' }}",
      state_class: "measurement",
      suggested_display_precision: 2,
      expire_after: 150,
      unit_of_measurement: "°C",
      device_class: "temperature",
    });
    assert.equal(device, {
      identifiers: [`holdfast_${UID}_climate`],
      name: "greenhouse climate",
      model: "BME280 temperature, humidity and pressure sensor",
      model_id: "bme280",
      via_device: `holdfast_${UID}`,
      sw_version: "0.1.0",
      hw_version: "emulated",
    });
  },
);

spec(
  "a switch shows the level read back; on takes an output from its controller for as long as it may",
  () => {
    const heater = of("heater").components;
    const { state_topic, command_topic, payload_on, payload_off, optimistic, name } = heater.switch_on!;
    assert.equal(
      { state_topic, command_topic, payload_on, payload_off, optimistic, name },
      {
        state_topic: "holdfast/greenhouse/heater/on",
        command_topic: "holdfast/greenhouse/heater/set",
        payload_on: '{"on":true,"override":true,"for":"30m"}',
        payload_off: '{"on":false}',
        optimistic: false,
        name: null,
      },
    );
    assert.is(heater.button_hand_back!.payload_press, '{"override":false}');
    assert.is(heater.button_hand_back!.name, "Hand back to thermostat");
    const led = of("led").components;
    assert.is(led.switch_on!.payload_on, '{"on":true}');
    assert.not("button_hand_back" in led, "nobody owns it");
  },
);

spec("an output that is lent is taken from whoever commands it then, and handed back by a button", () => {
  const config = configOf([
    "links",
    { boards: { shed: { command: ["led"] } }, secretFile: "keys/link.secret" },
  ]);
  const led = discoveredDevices(config).find(({ id }) => id === "led")!;
  const { components } = announcements("ha", board, [led])[1]!.document;
  assert.is(components.switch_on!.payload_on, '{"on":true,"override":true,"for":"30m"}');
  assert.is(components.switch_on!.payload_off, '{"on":false}');
  assert.is(components.button_hand_back!.name, "Hand back to other boards");
  assert.is(components.button_hand_back!.payload_press, '{"override":false}');
});

spec("an override that is no whole number of minutes keeps its length", () => {
  const { payload_on } = of("heater", ["devices.heater.maxOverride", "90.5s"]).components.switch_on!;
  assert.is(payload_on, '{"on":true,"override":true,"for":"90500ms"}');
});

spec(
  "a number has the bounds of its command, in steps of what it is read back with; a share is in percent",
  () => {
    const pick = ({
      min,
      max,
      step,
      unit_of_measurement,
      command_template,
    }: Readonly<Record<string, unknown>>) => ({
      min,
      max,
      step,
      unit_of_measurement,
      command_template,
    });
    assert.equal(pick(of("thermostat").components.number_setpoint!), {
      min: 10,
      max: 30,
      step: 0.1,
      unit_of_measurement: "°C",
      command_template: '{"setpointC":{{ value }}}',
    });
    assert.equal(pick(of("fan").components.number_level!), {
      min: 0,
      max: 100,
      step: 1,
      unit_of_measurement: "%",
      command_template: '{"level":{{ (value / 100) | round(4) }}}',
    });
    assert.is(of("thermostat").components.switch_enabled!.payload_on, '{"enabled":true}');
  },
);

spec("a number of an output that a controller owns takes it for as long as it may, too", () => {
  const level = { type: "number", unit: "", resolution: 0.01 } as const;
  const fan: DiscoveredDevice = {
    ...{ id: "fan", kind: "actuator", driver: "pwm-fan", part: "fan", modes: ["full", "off"] },
    readings: { level },
    command: { level: { type: "number", min: 0, max: 1 } },
    owner: { id: "ventilation", maxOverrideMs: 7_200_000 },
  };
  const { document } = announcements("ha", board, [fan])[1]!;
  const { command_template } = document.components.number_level!;
  assert.is(command_template, '{"level":{{ (value / 100) | round(4) }},"override":true,"for":"2h"}');
});

spec("a push button is an event beside its state, a contact only a state", () => {
  const button = of("button").components;
  const { state_topic, event_types, device_class } = button.event_pressed_event!;
  assert.equal(
    { state_topic, event_types, device_class },
    {
      state_topic: "holdfast/greenhouse/button/event",
      event_types: ["pressed", "released"],
      device_class: "button",
    },
  );
  assert.is(button.binary_sensor_pressed!.state_topic, "holdfast/greenhouse/button/pressed");
  const door = Object.keys(of("door", ...OTHERS).components);
  assert.ok(door.includes("binary_sensor_closed"));
  assert.equal(
    door.filter((id) => id.startsWith("event")),
    [],
  );
});

spec("what only grows is a total, what is measured is not", () => {
  const flow = of("flow", ...OTHERS).components;
  const kinds = Object.values(flow)
    .filter(({ platform, entity_category }) => platform === "sensor" && entity_category === undefined)
    .map(({ name, state_class, device_class }) => [name, state_class, device_class]);
  assert.equal(kinds, [
    ["Count", "total_increasing", undefined],
    ["Total", "total_increasing", "volume"],
    ["Rate", "measurement", "volume_flow_rate"],
  ]);
});

spec("the ladder's entities are settings and diagnostics, and there while readings are not", () => {
  const { components, availability } = of("climate");
  const ladder = Object.entries(components).filter(([id]) => id.includes("ladder_"));
  assert.equal(
    ladder.map(([id, { entity_category }]) => [id, entity_category]),
    [
      ["sensor_ladder_mode", "diagnostic"],
      ["sensor_ladder_cause", "diagnostic"],
      ["sensor_ladder_restarts", "diagnostic"],
      ["sensor_ladder_misses", "diagnostic"],
      ["select_ladder_order", "config"],
      ["button_ladder_climb", "config"],
    ],
  );
  for (const [id, component] of ladder) assert.not("availability" in component, id);
  assert.equal(
    (availability as { topic: string }[]).map(({ topic }) => topic),
    ["holdfast/greenhouse/status"],
  );
  assert.equal(components.select_ladder_order!.options, ["auto", "reduced", "safe", "off"]);
  const { sensor_ladder_mode, select_ladder_order } = of("thermostat").components;
  assert.equal(sensor_ladder_mode!.options, ["starting", "full", "safe", "off"], "it has no rung `reduced`");
  assert.equal(
    select_ladder_order!.options,
    ["auto", "reduced", "safe", "off"],
    "and takes the order all the same",
  );
});

spec("whether the board is connected is told by an entity that needs no board to be there", () => {
  const [board] = announced();
  assert.is(board!.topic, `homeassistant/device/${UID}/config`);
  assert.equal(board!.document.components.binary_sensor_connected!.availability, []);
});

spec("without the section nothing is told; a prefix that is the board's own topics is refused", () => {
  const { config } = parseConfig(demoWith());
  assert.is(discoveryPlan(config!, UID, "0.1.0"), undefined);
  const [topic] = announced(["mqtt.homeAssistant", { prefix: "home/ha" }]).map((told) => told.topic);
  assert.is(topic, `home/ha/device/${UID}/config`);
  const refused = (mqtt: unknown) =>
    parseConfig(demoWith(["mqtt", mqtt])).problems?.map(({ path, suggestion }) => [path, suggestion]);
  const path = "mqtt.homeAssistant.prefix";
  assert.equal(refused({ homeAssistant: { prefix: "holdfast" } }), [[path, "homeassistant"]]);
  assert.equal(refused({ homeAssistant: { prefix: "holdfast/ha" } }), [[path, "homeassistant"]]);
  assert.equal(refused({ root: "homeassistant", homeAssistant: {} }), [[path, undefined]]);
  const { problems: wrong } = parseConfig(demoWith(["mqtt.homeAssistant", { prefix: "Home Assistant" }]));
  assert.match(String(wrong?.[0]?.allowed), /topic levels/);
});

spec(
  "a class follows from the unit, from the name where the unit leaves a choice, and else there is none",
  () => {
    assert.is(numberClass("temperature", "°C"), "temperature");
    assert.is(numberClass("moisture", "%"), "moisture");
    assert.is(numberClass("level", "%"), undefined);
    assert.is(numberClass("rate", "turns/min"), undefined);
    assert.is(numberClass("total", "kWh", true), "energy");
    assert.is(numberClass("total", "kWh"), undefined);
    assert.equal([1, 0.5, 0.2, 0.05, 0.01, 100].map(precisionOf), [0, 1, 1, 2, 2, 0]);
    assert.is(expireAfterS(60_000), 150);
  },
);

spec("a Home Assistant elsewhere can't reach the board's own broker, and the check says so", () => {
  const warned = (mqtt: unknown) => parseConfig(demoWith(["mqtt", mqtt])).warnings.map(({ path }) => path);
  assert.equal(warned({ homeAssistant: {} }), ["mqtt.homeAssistant"]);
  assert.equal(warned({ homeAssistant: {}, url: "mqtt://10.0.0.2:1883" }), []);
  assert.equal(warned({}), []);
});
