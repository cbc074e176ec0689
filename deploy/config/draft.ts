/**
 * A configuration as far as it is right by itself: the checks between its parts run on this, so that a
 * mistake in one field hides no mistake elsewhere and causes no second report.
 */
import { DRIVERS, type Driver, type DriverName, driverNamed } from "../../devices/catalogue.ts";
import {
  CONTROLLERS,
  type Controller,
  type ControllerName,
  controllerNamed,
} from "../../devices/controller-catalogue.ts";
import type { ControllerConfig } from "./board-schema.ts";
import type { BusConfig } from "./bus-schema.ts";
import type { DeviceFields } from "./device-schema.ts";
import type { ExpanderConfig } from "./expander-schema.ts";
import type { InterlockConfig } from "./interlock-schema.ts";
import type { Finding, Path } from "./problem.ts";
import { isPlainObject } from "./shape.ts";
import type { W1Config } from "./wire-schema.ts";

/** One part: the fields that are right, and the names of all that are written. */
export interface Draft<Fields> {
  readonly id: string;
  readonly at: Path;
  readonly fields: Partial<Fields>;
  readonly written: ReadonlySet<string>;
}

export interface DeviceDraft extends Draft<DeviceFields> {
  readonly driver: Driver;
}

export interface ControllerDraft extends Draft<ControllerConfig> {
  readonly controller: Controller;
}

export interface BoardDraft {
  readonly buses: readonly Draft<BusConfig>[];
  readonly spi: readonly Draft<{ readonly speed: string }>[];
  /** Undefined where there is no such section. */
  readonly w1: Draft<W1Config> | undefined;
  readonly expanders: readonly Draft<ExpanderConfig>[];
  readonly devices: readonly DeviceDraft[];
  readonly controllers: readonly ControllerDraft[];
  readonly interlocks: readonly Draft<InterlockConfig>[];
  /** Names in `realtime.cells`. */
  readonly realtimeCells: readonly string[];
  /** Every id that is written, also of a device whose driver is unknown. */
  readonly deviceIds: ReadonlySet<string>;
  readonly controllerIds: ReadonlySet<string>;
  /** Sections that cannot be read at all: nothing can be said about references into them. */
  readonly broken: ReadonlySet<"buses" | "spi" | "w1" | "expanders" | "devices">;
}

/** What of `value` the findings leave standing. */
export function draftBoard(value: unknown, findings: readonly Finding[]): BoardDraft {
  const refused = new Set(findings.flatMap(({ at }) => at.map((_, index) => key(at.slice(0, index + 1)))));
  const parts = (section: string) =>
    Object.entries(member(value, section)).map(([id, part]) => draftPart(id, [section, id], part, refused));
  const devices = parts("devices") as Draft<DeviceFields>[];
  const controllers = parts("controllers") as Draft<ControllerConfig>[];
  return {
    buses: parts("buses") as Draft<BusConfig>[],
    spi: parts("spi") as BoardDraft["spi"],
    w1: has(value, "w1") ? draftPart("w1", ["w1"], member(value, "w1"), refused) : undefined,
    expanders: parts("expanders") as Draft<ExpanderConfig>[],
    devices: devices.flatMap((draft) => {
      const name = draft.fields.driver;
      return isDriver(name) ? [{ ...draft, driver: driverNamed(name) }] : [];
    }),
    controllers: controllers.flatMap((draft) => {
      const name = draft.fields.kind;
      return isController(name) ? [{ ...draft, controller: controllerNamed(name) }] : [];
    }),
    interlocks: parts("interlocks") as Draft<InterlockConfig>[],
    realtimeCells: Object.keys(member(member(value, "realtime"), "cells")),
    deviceIds: new Set(devices.map(({ id }) => id)),
    controllerIds: new Set(controllers.map(({ id }) => id)),
    broken: new Set(
      (["buses", "spi", "w1", "expanders", "devices"] as const).filter((section) =>
        isBroken(section, findings),
      ),
    ),
  };
}

/** The fields of an object that hold no finding, at any depth. */
function draftPart(id: string, at: Path, part: unknown, refused: ReadonlySet<string>): Draft<object> {
  const entries = isPlainObject(part) ? Object.entries(part) : [];
  const right = entries.filter(([name]) => !refused.has(key([...at, name])));
  return { id, at, fields: Object.fromEntries(right), written: new Set(entries.map(([name]) => name)) };
}

function isBroken(section: string, findings: readonly Finding[]): boolean {
  return findings.some(({ at }) => at.length === 0 || (at.length === 1 && at[0] === section));
}

function has(value: unknown, name: string): boolean {
  return isPlainObject(value) && Object.hasOwn(value, name);
}

function member(value: unknown, name: string): object {
  const inner = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isPlainObject(inner) ? inner : {};
}

function isDriver(name: unknown): name is DriverName {
  return typeof name === "string" && Object.hasOwn(DRIVERS, name);
}

function isController(name: unknown): name is ControllerName {
  return typeof name === "string" && Object.hasOwn(CONTROLLERS, name);
}

function key(path: Path): string {
  return JSON.stringify(path);
}
