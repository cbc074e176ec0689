/**
 * How a device is doing and what an operator may ask of its ladder: mode, cause, restarts, misses as diagnostics, and a
 * `select` and a `button` as settings (https://www.home-assistant.io/integrations/select.mqtt/). They stay available
 * while the readings are not, or nobody could look why.
 */
import { MODES, type Mode } from "../../devices/handler/mode.ts";
import type { Components } from "./component.ts";
import type { EntityMaker } from "./entity-maker.ts";
import { ORDER, optionCommand, stateField, textField } from "./templates.ts";

/** By their ids, which no reading has: readings have no `_`. `modes`: the ladder, highest first. */
export function ladderEntities(make: EntityMaker, modes: readonly Mode[]): Components {
  const state_topic = make.stateTopic;
  const diagnostic = { state_topic, entity_category: "diagnostic" } as const;
  const counter = { ...diagnostic, state_class: "total_increasing" };
  const order = { command_topic: make.setTopic, retain: false, entity_category: "config" } as const;
  return {
    ladder_mode: make.ofBoard("sensor", "ladder_mode", "Mode", {
      ...diagnostic,
      device_class: "enum",
      options: ["starting", ...modes],
      value_template: stateField("mode"),
    }),
    ladder_cause: make.ofBoard("sensor", "ladder_cause", "Cause", {
      ...diagnostic,
      value_template: textField("cause"),
    }),
    ladder_restarts: make.ofBoard("sensor", "ladder_restarts", "Restarts", {
      ...counter,
      value_template: stateField("restarts"),
    }),
    ladder_misses: make.ofBoard("sensor", "ladder_misses", "Missed deadlines", {
      ...counter,
      value_template: stateField("misses"),
    }),
    ladder_order: make.ofBoard("select", "ladder_order", "Mode order", {
      ...order,
      state_topic,
      optimistic: false,
      // Any device takes any of them, whatever rungs its ladder has. `full` does not last: it is the button below.
      options: ["auto", ...MODES.filter((mode) => mode !== "full")],
      value_template: ORDER,
      command_template: optionCommand("mode"),
    }),
    ladder_climb: make.ofBoard("button", "ladder_climb", "Climb one mode", {
      ...order,
      payload_press: JSON.stringify({ mode: "full" }),
    }),
  };
}
