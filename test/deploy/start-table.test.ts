import * as assert from "uvu/assert";
import { startTable } from "../../deploy/cli/start-table.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const view = {
  version: "0.1.0",
  pageUrl: "http://localhost:8080/",
  mqttUrl: "mqtt://localhost:1883",
} as const;

function table(...changes: readonly Change[]): string {
  return startTable(parseConfig(demoWith(...changes)).config!, view);
}

spec("the start table of the demo says what is where, how it fails, and where to look", () => {
  assert.is(
    table(),
    `holdfast 0.1.0  board greenhouse  EMULATED: no real pin moves
world greenhouse, seed 1, real time

device      driver      where          every  policy
climate     bme280      i2c-1 0x76     1s
soil        ads1115     i2c-1 0x48     2s
light       bh1750      i2c-0 0x23     1s
button      button      GPIO23 pin 16  500ms  pull up, active low, debounce 20ms
heater      relay       GPIO17 pin 11  500ms  safe off (low), lease 2s, maxOn 10m, rest 1m,
                                              minOff 10s, owned by thermostat
pump        relay       GPIO6 pin 31   500ms  safe off (high: active low), lease 2s, maxOn 1m,
                                              minOff 5s, owned by irrigation
fan         pwm-fan     GPIO18 pin 12  500ms  safe off (low), lease 2s, commands last 30m
led         led         GPIO24 pin 18  500ms  safe off (low), lease 2s, commands last 10m
thermostat  thermostat  controller     1s     climate.temperature > heater,
                                              setpoint 21 °C (10 to 30), band 0.5 °C
irrigation  irrigation  controller     1s     soil.moisture > pump, below 35 %: on for 10s, soak 1m

page  http://localhost:8080/
mqtt  mqtt://localhost:1883  topics holdfast/greenhouse/#
`,
  );
});

spec("the level of safe follows from the polarity, and policies are said in words", () => {
  const words = (...changes: Change[]) =>
    /^led .*?500ms {2}(.*)$/m.exec(table(["devices.led.commandFor", "1m"], ...changes))?.[1];
  assert.is(words(["devices.led.safe", "on"]), "safe on (high), lease 2s, commands last 1m");
  assert.is(
    words(["devices.led.safe", "on"], ["devices.led.activeLow", true]),
    "safe on (low: active low), lease 2s, commands last 1m",
  );
  assert.is(words(["devices.led.onCrash", "hold"]), "safe off (low), holds for ever on crash,");
  assert.is(words(["devices.led.lease", "none"]), "safe off (low), lease none, commands last 1m");
});

spec("no line is wider than 100 columns, however long the names", () => {
  const id = "the-lamp-over-the-third-table-on";
  const long = table([
    `devices.${id}`,
    { driver: "pwm-fan", line: "GPIO19", safe: "off", every: "500ms", commandFor: "1m" },
  ]);
  assert.match(long, /^the-lamp-over-the-t… {2}pwm-fan/m);
  for (const line of long.split("\n")) assert.ok(line.length <= 100, line);
});

spec("colour is only there when it is asked for", () => {
  const { config } = parseConfig(demoWith());
  const start = "\u001b[";
  assert.not.ok(startTable(config!, view).includes(start));
  assert.ok(startTable(config!, { ...view, colour: true }).includes(`${start}33mEMULATED`));
});

spec("that Home Assistant is told of the board is said, with its prefix, where it is so", () => {
  assert.match(
    table(["mqtt.homeAssistant", { prefix: "home/ha" }]),
    /^Home Assistant {2}told of the board there, prefix home\/ha$/m,
  );
  assert.not.match(table(), /Home Assistant/);
});
