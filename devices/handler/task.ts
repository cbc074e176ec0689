/**
 * What the device handler asks of a driver's adapter, one per driver in devices/tasks/. It has no timers,
 * retries or modes: those are the handler's. A failure of the world is thrown (`I2cError`, `LineError`,
 * `DeviceError`) and the handler repairs; anything else is a defect and the process dies.
 */
import type { Edge } from "../../firmware/contracts/line.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Wait } from "../../runtime/process/wait.ts";
import type { QualityRule } from "../quality.ts";
import type { OutputScale } from "./output-scale.ts";

export interface Measurement {
  readonly reading: string;
  readonly value: number | boolean | undefined;
  /** The driver knows of something that makes it uncertain. */
  readonly suspect?: true;
}

/** May wait (`yield* self.sleep`) for a conversion. */
export type TaskSteps<T> = Generator<Wait, T, void>;

/** What a task needs of its process. */
export type Waiter = Pick<Self, "sleep" | "nowUs">;

/** What the parts of a device need of their process. */
export type Speaker = Pick<Self, "send" | "nowUs" | "monitor">;

export interface DeviceTask {
  /** Of the driver, for whoever takes over from it. Default 1. */
  readonly version?: number | string;
  /** Reaches the hardware for the first time or again: identifies and configures it. */
  start(self: Waiter): TaskSteps<void>;
  /** One job: measures, or reads an output back. */
  sample(self: Waiter): TaskSteps<readonly Measurement[]>;
  /** What may be believed of its numeric readings; readings without a rule are judged by age only. */
  readonly rules?: Readonly<Record<string, Omit<QualityRule, "staleAfterMs">>>;
  /** Outputs: drives the level (0..1) and returns it read back. */
  drive?(level: number): number;
  /** Outputs: what commands and readings say in levels. Default: the first field of its commands is the level. */
  readonly scale?: OutputScale;
  /** Outputs: the present level is still wanted. */
  renew?(): void;
  /** Inputs: what an edge means; empty while it may be bounce. */
  edge?(edge: Edge): readonly Measurement[];
  /** When to sample besides the jobs (a contact came to rest, a kick is over), us; `Infinity`: not before the next. */
  dueUs?(): number;
  /** Inputs: held longer than it can be meant, since when, us. */
  heldSinceUs?(): number | undefined;
  /** Inputs: the line whose edges it wants. */
  readonly edges?: string;
}
