import * as assert from "uvu/assert";
import { matches, mayPublish, mayRead, type Role, rightsOf } from "../../deploy/mqtt/rights.ts";
import { spec } from "../harness/spec.ts";

/** MQTT 5, 4.7.1. */
const FILTERS: readonly (readonly [filter: string, topic: string, fits: boolean])[] = [
  ["a/b", "a/b", true],
  ["a/b", "a/b/c", false],
  ["a/+", "a/b", true],
  ["a/+", "a", false],
  ["a/+", "a/", true],
  ["a/+/c", "a/b/c", true],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["a/#", "ab", false],
  ["+/b", "/b", true],
];
for (const [filter, topic, fits] of FILTERS) {
  spec(`${filter} ${fits ? "is" : "is not"} for ${topic}`, () => assert.is(matches(filter, topic), fits));
}

type Case = readonly [role: Role, topic: string, live: boolean, retained: boolean, read: boolean];
/** Of a user called `greenhouse`: may publish, may publish retained, may read. */
const TABLE: readonly Case[] = [
  ["viewer", "holdfast/greenhouse/climate/temperature", false, false, true],
  ["viewer", "holdfast/pump-house/pump/set", false, false, true],
  ["viewer", "holdfast/greenhouse/link/pump-house", false, false, false],
  ["viewer", "other/greenhouse/status", false, false, false],
  ["operator", "holdfast/pump-house/pump/set", true, false, true],
  ["operator", "holdfast/pump-house/world/climate/set", true, false, true],
  ["operator", "holdfast/pump-house/status", false, false, true],
  ["operator", "holdfast/pump-house/link/set", false, false, false],
  ["operator", "homeassistant/status", false, false, false],
  ["homeAssistant", "homeassistant/status", true, true, true],
  ["homeAssistant", "holdfast/pump-house/pump/set", true, false, true],
  ["homeAssistant", "homeassistant/device/x/config", false, false, true],
  ["board", "holdfast/greenhouse/climate/temperature", true, true, true],
  ["board", "holdfast/pump-house/link/greenhouse", true, true, false],
  ["board", "holdfast/pump-house/link/another", false, false, false],
  ["board", "holdfast/pump-house/status", false, false, true],
  ["board", "holdfast/pump-house/pump/set", false, false, false],
  ["board", "holdfast/greenhouse2/status", false, false, true],
  ["board", "homeassistant/device/x/config", true, true, false],
  ["board", "homeassistant/status", false, false, true],
  ["viewer", "holdfast-update/greenhouse/want", false, false, false],
  ["viewer", "holdfast-update/greenhouse/part", false, false, false],
  ["operator", "holdfast-update/greenhouse/want", false, false, true],
  ["operator", "holdfast-update/greenhouse/part", true, false, false],
  ["homeAssistant", "holdfast-update/greenhouse/want", false, false, false],
  ["homeAssistant", "holdfast-update/greenhouse/part", false, false, false],
  ["board", "holdfast-update/greenhouse/want", true, false, false],
  ["board", "holdfast-update/greenhouse/part", false, false, true],
  ["board", "holdfast-update/pump-house/want", false, false, false],
  ["board", "holdfast-update/pump-house/part", false, false, false],
];
for (const [role, topic, live, retained, read] of TABLE) {
  spec(`${role} greenhouse and ${topic}`, () => {
    const rights = rightsOf(role, "greenhouse");
    assert.is(mayPublish(rights, topic, false), live, "publish");
    assert.is(mayPublish(rights, topic, true), retained, "publish retained");
    assert.is(mayRead(rights, topic), read, "read");
  });
}
