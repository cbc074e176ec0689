/** What a device's and a controller's process is started with: checked, all times in numbers. Plain data. */
import type { InputPlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import type { Criticality, MissPolicy } from "../../runtime/time/job.ts";
import type { DeviceKind, DriverName, Reading, Settings } from "../catalogue.ts";
import type { CommandSpec } from "../command-spec.ts";
import type { Controller, ControllerName } from "../controller-catalogue.ts";
import type { LadderRule } from "./ladder-rule.ts";
import type { LadderState } from "./ladder-state.ts";
import type { Mode } from "./mode.ts";

/** One periodic job. */
export interface JobPlan {
  readonly everyMs: number;
  /** From the release. */
  readonly deadlineUs: number;
  readonly hardDeadlineUs: number;
  /** Execution time that it is planned with. */
  readonly budgetUs: number;
  /** It is the driver's or the controller's, nobody wrote one. */
  readonly budgetIsDefault?: true;
  /** On the grid of the machine's clock; absent: the grid begins when the job does. */
  readonly phaseUs?: number;
  readonly onMiss: MissPolicy;
}

/** A rung of the ladder, highest first. `off` has no job. */
export interface ModePlan {
  readonly mode: Mode;
  readonly job?: JobPlan;
}

export interface DevicePlan {
  readonly id: string;
  readonly driver: DriverName;
  readonly kind: DeviceKind;
  /** Devices on a bus: I2C address, SPI chip select, or place on a 1-wire bus; `name` where people say it otherwise. */
  readonly chip?: { readonly bus: string; readonly address: number; readonly name?: string };
  /** Devices on a line. */
  readonly input?: InputPlan;
  readonly output?: OutputPlan;
  /** Inputs: one that has not changed for so long is stuck. */
  readonly expectChangeMs?: number;
  readonly readings: Readonly<Record<string, Reading>>;
  readonly command: CommandSpec;
  /** As the driver reads them: `DriverSettings<driver>`. */
  readonly settings: Settings;
  readonly criticality: Criticality;
  /** The job of mode `full`. */
  readonly job: JobPlan;
  /** How its cell waits for a release. */
  readonly precision: "sleep" | "spin";
  /** full, reduced, safe, off. */
  readonly modes: readonly ModePlan[];
  readonly ladder: LadderRule;
  readonly publishEveryMs: number;
  /** Actuators: how long a command lasts that does not say `for`; absent when it may last for ever. */
  readonly commandForMs?: number;
  /** Actuators: the controller that owns it. */
  readonly ownedBy?: string;
  /** Actuators with an owner, or that may get one: longest override. */
  readonly maxOverrideMs?: number;
  /** Actuators without a controller: processes of other boards may command it. */
  readonly lent?: true;
}

/** Where a device of another board is found. */
export interface AbroadPlan {
  readonly board: string;
  /** Public name there of the process that speaks for the device. */
  readonly door: string;
  /** A public name that is known here whenever that board is linked. */
  readonly desk: string;
}

/** What a controller decides by. */
export interface ControlledInput {
  /** As people write it: `soil`, or `soil@greenhouse`. */
  readonly device: string;
  readonly reading: string;
  readonly unit: string;
  readonly maxAgeMs: number;
  /** Only for a device of another board. */
  readonly abroad?: AbroadPlan;
}

/** What a controller drives. */
export interface ControlledOutput {
  /** As people write it: `pump`, or `pump@pump-house`. */
  readonly device: string;
  readonly field: string;
  /** Only for an output of another board. */
  readonly abroad?: AbroadPlan;
}

export interface ControllerPlan {
  readonly id: string;
  readonly kind: ControllerName;
  readonly input: ControlledInput;
  readonly output: ControlledOutput;
  readonly onStale: Controller["onStale"];
  readonly readings: Readonly<Record<string, Reading>>;
  readonly command: CommandSpec;
  /** As the controller reads them: `ControllerSettings<kind>`. */
  readonly settings: Settings;
  readonly criticality: Criticality;
  readonly job: JobPlan;
  /** How its cell waits for a release. */
  readonly precision: "sleep" | "spin";
  readonly ladder: LadderRule;
  /** Devices that it goes to `safe` with. */
  readonly dependsOn: readonly string[];
  /** How long each of its commands lasts: two periods may be missed; or the lease between boards. */
  readonly commandForMs: number;
}

/** How a device's or controller's cell is started (again). */
export interface Start {
  /** Where it stands on its ladder; not `off`. */
  readonly ladder: LadderState;
  /** What commands have changed and must outlive a restart: setpoints. */
  readonly kept: Readonly<Record<string, number | boolean>>;
  /** Faults may be injected. */
  readonly emulated: boolean;
}
