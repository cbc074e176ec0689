import * as assert from "uvu/assert";
import { DRIVER_NAMES, driverNamed } from "../../devices/catalogue.ts";
import { CONTROLLER_NAMES, controllerNamed } from "../../devices/controller-catalogue.ts";
import { spec } from "../harness/spec.ts";

/** Topics of a device that are not readings. */
const taken = ["state", "set", "error"];
/** Fields of a command that no driver defines: they mean the same to all. */
const options = ["id", "for", "override", "mode"];
const topicLevel = /^[a-z0-9_-]+$/;

for (const name of DRIVER_NAMES) {
  const driver = driverNamed(name);

  spec(`${name} publishes readings under topic levels that are free`, () => {
    assert.ok(Object.keys(driver.readings).length > 0);
    for (const id of Object.keys(driver.readings)) assert.ok(topicLevel.test(id) && !taken.includes(id), id);
  });

  spec(`${name} has addresses where it sits on a bus, and only there, within 0x08..0x77`, () => {
    assert.is(driver.addresses !== undefined, driver.hardware === "i2c");
    for (const address of driver.addresses ?? []) assert.ok(address >= 0x08 && address <= 0x77);
  });

  spec(`${name} takes commands exactly if it is an actuator, and reads back what it is told`, () => {
    const fields = Object.keys(driver.command);
    assert.is(fields.length > 0, driver.kind === "actuator");
    for (const field of fields) assert.ok(field in driver.readings && !options.includes(field), field);
  });
}

for (const name of CONTROLLER_NAMES) {
  spec(`${name} publishes readings under topic levels that are free`, () => {
    for (const id of Object.keys(controllerNamed(name).readings)) {
      assert.ok(topicLevel.test(id) && !taken.includes(id), id);
    }
  });
}
