/**
 * What a supervisor is made of, and what it tells about its children. Code and data: a supervisor's spec stays
 * where it was written; only `SupervisorFlags` can be changed by message.
 */
import type { ExportRef, Kernel } from "../cell/kernel.ts";
import type { Body } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Backoff } from "./backoff.ts";
import type { ChildSpec, StartFunction } from "./child-spec.ts";

/**
 * Who is started again when one ended: itself; all; itself and those started after it; or, for any number of
 * children of one kind that are started by `startChild` with arguments, itself.
 */
export type Strategy = "oneForOne" | "oneForAll" | "restForOne" | "simpleOneForOne";

/** When the supervisor ends by itself because significant children did: never, with the first, with the last. */
export type AutoShutdown = "never" | "anySignificant" | "allSignificant";

/** More than `intensity` restarts within `periodMs` end the supervisor: then somebody above has to act. */
export interface SupervisorFlags {
  /** Default 1. */
  readonly intensity?: number;
  /** Default 5000. */
  readonly periodMs?: number;
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown;
}

export interface SupervisorSpec extends SupervisorFlags {
  readonly strategy: Strategy;
  /** Registered while the supervisor runs; it crashes at its start when somebody else has this name. */
  readonly name?: string;
  /** Started in this order, stopped in reverse; a simpleOneForOne has one, the template of all its children. */
  readonly children: readonly ChildSpec[];
  /** Starts by name, for children that are asked for by message. */
  readonly templates?: Readonly<Record<string, StartFunction>>;
  /** Starts and ends children that are cells. */
  readonly kernel?: Kernel;
  /** The body behind a module's export, for children given as `{ body }`. */
  readonly resolve?: (ref: ExportRef) => Body<never[], never> | undefined;
  /** Pauses before another try. */
  readonly backoff?: Backoff;
  /** Told what happens, inside the supervisor: it must not wait or throw. */
  readonly onEvent?: (event: SupervisorEvent) => void;
}

export type SupervisorEvent =
  /** Ready; `restarts` counts how often it was started again. */
  | { readonly kind: "started"; readonly id: string; readonly pid: Pid; readonly restarts: number }
  /** Its start threw, it ended before it was ready, or was not ready in time (`late`). */
  | { readonly kind: "startFailed"; readonly id: string; readonly reason: ExitReason }
  /** `asked`: the supervisor wanted it to end. */
  | { readonly kind: "ended"; readonly id: string; readonly reason: ExitReason; readonly asked: boolean }
  /** It crashed and is held for inspection. */
  | { readonly kind: "held"; readonly id: string; readonly reason: ExitReason }
  /** It did not end although it was killed; the supervisor goes on without it. */
  | { readonly kind: "lost"; readonly id: string; readonly pid: Pid }
  /** Restarts came too fast, or a first start failed: the supervisor ends. */
  | { readonly kind: "gaveUp"; readonly id: string; readonly reason: ExitReason }
  /** Significant children ended: the supervisor ends. */
  | { readonly kind: "autoShutdown"; readonly id: string };
