import type { Reading } from "../../devices/catalogue.ts";
import type { CommandSpec } from "../../devices/command-spec.ts";
import type { Mode } from "../../devices/handler/mode.ts";

/** A device or controller of a board, as its catalogue and configuration describe it. */
export interface DiscoveredDevice {
  readonly id: string;
  readonly kind: "sensor" | "input" | "actuator" | "controller";
  /** Its driver, or its kind of controller. */
  readonly driver: string;
  /** The part in words. */
  readonly part: string;
  readonly readings: Readonly<Record<string, Reading>>;
  readonly command: CommandSpec;
  /** Its ladder, highest first. */
  readonly modes: readonly Mode[];
  /** The controller that owns it, and how long a person may take it away, ms. */
  readonly owner?: { readonly id: string; readonly maxOverrideMs: number };
  /** Other boards may command it, now and then: how long a person may take it from them, ms. */
  readonly lent?: { readonly maxOverrideMs: number };
}

/** The board all of them are on. */
export interface DiscoveredBoard {
  readonly id: string;
  /** First level of the board's topics. */
  readonly root: string;
  /** Its own for ever: `unique_id` and topics of discovery begin with it. */
  readonly uid: string;
  readonly version: string;
  readonly hardware: "emulated" | "linux";
  /** How often what does not change is published again, ms. */
  readonly repeatMs: number;
}
