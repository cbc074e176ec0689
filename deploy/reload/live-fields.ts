/**
 * Which fields of a configuration a running board takes, and why the others need a restart. A field is live when nobody
 * but the process of its device or controller has it: the guardian, the cells and the ways to other boards are what they
 * were started as.
 */
import type { BoardConfig, ControllerConfig } from "../config/board-schema.ts";
import type { DeviceFields } from "../config/device-schema.ts";
import type { Path } from "../config/problem.ts";

/** Nobody has to be started again. */
const LIVE = "";
const GUARDIAN = "the guardian has lines and buses, and what it does with them, from its start";
const CELL = "its cell has it from its start";
const BOARD = "who is on the board, and who owns what, is planned at its start";
const WAYS = "the ways to brokers, people and other boards are opened at its start";

const DEVICE = {
  driver: BOARD,
  settings: LIVE,
  ...{ every: LIVE, deadline: LIVE, hardDeadline: LIVE, budget: LIVE, onMiss: LIVE, phase: LIVE },
  ...{ modes: LIVE, probation: LIVE, publishEvery: LIVE, expectChange: LIVE },
  ...{ commandFor: LIVE, maxOverride: LIVE },
  ...{ criticality: CELL, precision: CELL, cell: CELL },
  keepEvery: WAYS,
  ...{ bus: GUARDIAN, address: GUARDIAN, retries: GUARDIAN, stretch: GUARDIAN, reset: GUARDIAN },
  ...{ chipSelect: GUARDIAN, speed: GUARDIAN, sensor: GUARDIAN },
  ...{ line: GUARDIAN, bias: GUARDIAN, activeLow: GUARDIAN, drive: GUARDIAN, edges: GUARDIAN },
  ...{ debounce: GUARDIAN, glitchFilter: GUARDIAN, maxEdgeRate: GUARDIAN },
  ...{ safe: GUARDIAN, onCrash: GUARDIAN, holdFor: GUARDIAN, lease: GUARDIAN, minOff: GUARDIAN },
  ...{ maxOn: GUARDIAN, maxOnRest: GUARDIAN, maxOnLatch: GUARDIAN },
} as const satisfies Record<keyof DeviceFields, string>;

const CONTROLLER = {
  ...{ kind: BOARD, input: BOARD, output: BOARD },
  ...{ every: LIVE, deadline: LIVE, hardDeadline: LIVE, budget: LIVE, onMiss: LIVE, phase: LIVE },
  ...{ maxAge: LIVE, probation: LIVE, settings: LIVE },
  ...{ criticality: CELL, precision: CELL, cell: CELL },
} as const satisfies Record<keyof ControllerConfig, string>;

/** `devices` and `controllers`: who is there. Their fields are above. */
const TOP = {
  ...{ $schema: LIVE, admission: LIVE, updateWindow: LIVE, updateLimit: LIVE, updateRate: LIVE },
  ...{ version: BOARD, board: BOARD, hardware: BOARD, world: BOARD, devices: BOARD, controllers: BOARD },
  ...{ backend: GUARDIAN, buses: GUARDIAN, spi: GUARDIAN, w1: GUARDIAN, expanders: GUARDIAN },
  ...{ interlocks: GUARDIAN, watchdog: GUARDIAN },
  ...{ placement: CELL, realtime: CELL },
  ...{ mqtt: WAYS, links: WAYS },
} as const satisfies Record<keyof BoardConfig | "$schema", string>;

/** Why what is written there cannot change while the board runs; undefined where it can. */
export function whyRestart([part = "", id, field]: Path): string | undefined {
  const table: Readonly<Record<string, string>> =
    id === undefined || field === undefined || (part !== "devices" && part !== "controllers")
      ? TOP
      : part === "devices"
        ? DEVICE
        : CONTROLLER;
  // What nobody has thought of is no field that is live.
  const why = table[table === TOP ? part : field!] ?? BOARD;
  return why === LIVE ? undefined : why;
}
