/** What a device's and a controller's process is started with: checked, and all times in numbers. Plain data. */
import type { CommandSpec } from "../command-spec.ts";
import type { Mode } from "./mode.ts";

export interface ModeTiming {
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly hardDeadlineMs: number;
}

export interface ReadingPlan {
  readonly unit: string;
  readonly resolution: number;
}

/** What the device occupies. */
export type DevicePlace =
  | { readonly kind: "i2c"; readonly bus: string; readonly address: number }
  | { readonly kind: "input"; readonly line: string }
  | { readonly kind: "output"; readonly line: string; readonly pwm: boolean };

export interface DevicePlan {
  readonly id: string;
  readonly driver: string;
  readonly kind: "sensor" | "input" | "actuator";
  readonly place: DevicePlace;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  readonly readings: Readonly<Record<string, ReadingPlan>>;
  readonly command: CommandSpec;
  readonly modes: Readonly<Record<Exclude<Mode, "off">, ModeTiming>>;
  readonly probationMs: number;
  readonly faultsToDescend: number;
  /** Only outputs. */
  readonly output?: OutputCommandPlan;
  /** Faults may be injected. */
  readonly emulated: boolean;
}

/** How commands to an output end. */
export interface OutputCommandPlan {
  readonly safe: "on" | "off";
  /** How long a command without `for` holds; absent: until it is replaced. */
  readonly commandForMs?: number;
  /** The controller that owns the output. */
  readonly ownedBy?: string;
  readonly maxOverrideMs: number;
}

export interface ControllerPlan {
  readonly id: string;
  readonly law: "thermostat" | "irrigation";
  readonly input: { readonly device: string; readonly reading: string; readonly maxAgeMs: number };
  readonly output: string;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  readonly readings: Readonly<Record<string, ReadingPlan>>;
  readonly command: CommandSpec;
  readonly timing: ModeTiming;
  /** Sample to line, ms. */
  readonly endToEndDeadlineMs: number;
  readonly emulated: boolean;
}

/** How a device's or controller's cell is started (again). */
export interface Start {
  readonly mode: Exclude<Mode, "off">;
  /** What commands have changed and must outlive a restart: setpoints. */
  readonly kept: Readonly<Record<string, number | boolean>>;
}
