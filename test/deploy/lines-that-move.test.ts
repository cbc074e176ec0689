import { equal } from "uvu/assert";
import { linesThatMove } from "../../deploy/cli/lines-that-move.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { devicePlans } from "../../deploy/config/plan.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const config = (...changes: readonly Change[]) => parseConfig(demoWith(...changes)).config!;
/** The demo board as it tells its outputs, through JSON as over MQTT. */
const running = JSON.parse(
  JSON.stringify(
    devicePlans(config()).flatMap(({ id, output, ownedBy = null }) =>
      output === undefined ? [] : [{ device: id, output, ownedBy }],
    ),
  ),
);
const moves = (...changes: readonly Change[]) =>
  linesThatMove(config(...changes), running).map(({ line, to, why }) => `${line} ${to} ${why}`);

spec("the same configuration moves nothing, and neither does what is no policy", () => {
  equal(moves(), []);
  equal(moves(["devices.climate.every", "2s"]), []);
});

spec("a changed policy, polarity or owner sends the line to its old safe level first", () => {
  equal(moves(["devices.heater.maxOn", "20m"]), [
    "GPIO17 low maxOnMs 600000 becomes 1200000: it goes to its old safe level first",
  ]);
  equal(moves(["devices.pump.activeLow", undefined]), [
    "GPIO6 high activeLow true becomes false: it goes to its old safe level first",
  ]);
  equal(moves(["controllers.thermostat", undefined], ["devices.heater.maxOverride", undefined]), [
    'GPIO17 low owner "thermostat" becomes null: it goes to its old safe level first',
  ]);
});

spec("an output that another board commands at present has no other owner for that", () => {
  const lent = running.map((one: { device: string }) =>
    one.device === "led" ? { ...one, ownedBy: "watering@pump-house" } : one,
  );
  equal(linesThatMove(config(), lent), []);
});

spec("a removed output goes safe, a new one opens so, and one that moves is both", () => {
  equal(moves(["devices.led", undefined]), ["GPIO24 low removed: it goes safe and stays requested"]);
  equal(moves(["devices.led.line", "GPIO25"]), [
    "GPIO24 low removed: it goes safe and stays requested",
    "GPIO25 low new: it opens at its safe level",
  ]);
});
