/**
 * A new version of a device's driver on the running board: on trial first. The operator names a file of the folder
 * that the board was started with (`HOLDFAST_DRIVERS`); nobody else's code is ever loaded.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Housing } from "../../devices/handler/housing.ts";
import type { TrialNews } from "../../runtime/cell/code-change.ts";
import type { ExportRef, Kernel } from "../../runtime/cell/kernel.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import { parseDurationMs } from "../../runtime/time/duration.ts";

export interface DriverChangeOptions {
  readonly kernel: Kernel;
  readonly housing: Pick<Housing, "cellOf">;
  /** Where new drivers are; none: no driver can be changed. */
  readonly folder: string | undefined;
  /** Whose driver is on trial: theirs to add to and to take from. */
  readonly trials: Set<string>;
  /** The configuration is on trial, and code waits for its end. */
  readonly isReloading: () => boolean;
  /** What makes a device's hardware; its data names the driver. */
  readonly setup: ExportRef;
  tell(event: { kind: string; [key: string]: unknown }): void;
}

/** Is it for the driver, not for the world? */
export function isDriverChange(set: Readonly<Record<string, unknown>>): boolean {
  return "driver" in set || set.trial === "pass" || set.trial === "rollBack";
}

/**
 * `{"driver":"relay-2","trial":"10s"}` begins a trial, `{"trial":"pass"}` and `{"trial":"rollBack"}` end it early. What
 * becomes of it is told as events `codeChange`; what cannot be done as `refused`.
 */
export function changeDriver(
  device: string,
  set: Readonly<Record<string, unknown>>,
  { kernel, housing, folder, setup, trials, isReloading, tell }: DriverChangeOptions,
): void {
  const refuse = (reason: string) => tell({ kind: "refused", device, command: { driver: set }, reason });
  const { driver, trial } = set;
  const shared = housing.cellOf(device);
  if (shared !== undefined) {
    const others = shared.members.filter((id) => id !== device).join(", ");
    refuse(
      `${device} shares the cell ${shared.name} with ${others}, and code is changed a cell at a time: give it a cell of its own in the configuration ("cell": "own")`,
    );
    return;
  }
  if (driver === undefined) {
    // What a release has on trial stays or goes for all cells at once.
    if (!trials.has(device)) {
      refuse("no new driver is on trial");
      return;
    }
    const done =
      trial === "pass" ? kernel.passTrial(device) : kernel.rollBack(device, "an operator rolled back");
    if (!done) refuse("no new driver is on trial");
    return;
  }
  const file = driverFile(folder, driver);
  const trialMs = typeof trial === "string" ? parseDurationMs(trial) : undefined;
  if (typeof file !== "string") {
    refuse(file.reason);
    return;
  }
  if (trial !== undefined && trialMs === undefined) {
    refuse(`"${String(trial)}" is no time`);
    return;
  }
  if (isReloading()) {
    refuse("the configuration is being changed: wait for the end of its trial");
    return;
  }
  const news = (what: TrialNews) => {
    if (what.phase !== "trial") trials.delete(device);
    const cause = "cause" in what ? { cause: describeReason(what.cause) } : {};
    const lost = "lost" in what && what.lost.length > 0 ? { lost: what.lost } : {};
    tell({ kind: "codeChange", device, driver, phase: what.phase, ...cause, ...lost });
  };
  try {
    const code = { setup: { ...setup, data: { driver: pathToFileURL(file).href } } };
    kernel.changeCell(device, code, trialMs === undefined ? {} : { trialMs }, news);
    trials.add(device);
    tell({ kind: "codeChange", device, driver, phase: "started" });
  } catch (error) {
    refuse((error as Error).message);
  }
}

function driverFile(folder: string | undefined, driver: unknown): string | { readonly reason: string } {
  if (folder === undefined) return { reason: "the board was started without a folder of drivers" };
  if (typeof driver !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(driver))
    return { reason: "a driver is named by letters, digits and dashes" };
  const file = join(folder, `${driver}.js`);
  return existsSync(file) ? file : { reason: `there is no driver ${driver}` };
}
