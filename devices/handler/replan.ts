/**
 * A new plan for a device or controller that runs: its configuration was changed. The process that runs takes it
 * between two jobs, so pid, conversations, commands and the level of its output stay as they are.
 *
 * ```
 *   desk --newPlan--> keeper --replan--> process           one round of a change, whatever it changes
 *   desk <-planNews-- keeper <-proved--- process           its first job under the plan went well, or failed
 *   desk --settled--> keeper                               the round is over: what was tried is kept, or it is not
 * ```
 *
 * A keeper that has no process to ask answers at once; the next life starts with what whoever starts it has in force.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import type { PeriodicJob } from "../../runtime/time/periodic-job.ts";
import type { ControllerPlan, DevicePlan, Start } from "./device-plan.ts";
import type { DeviceSnapshot } from "./device-process.ts";

/** To the process. */
export interface ReplanMessage<P extends DevicePlan | ControllerPlan> {
  readonly type: "replan";
  readonly round: number;
  readonly plan: P;
  /** What commands have changed and still counts. */
  readonly kept: Start["kept"];
  /** It has to do a job under the plan even where it did not do well before. */
  readonly hasToProve: boolean;
}

/** To its keeper, once a round. `failure`: it was well before, and its first job under the new plan failed. */
export interface ProvedMessage {
  readonly type: "proved";
  readonly round: number;
  readonly failure?: string;
}

/** To the keeper. */
export interface NewPlanMessage {
  readonly type: "newPlan";
  readonly round: number;
  readonly plan: DevicePlan | ControllerPlan;
  /** What commands had changed and the configuration now says anew. */
  readonly forget: readonly string[];
  /** It did well until this change was tried: it has to do so again, or to say how it fares. */
  readonly hasToProve: boolean;
  /** Who hears `PlanNews`. */
  readonly desk: Pid;
}

/** To the keeper: nobody wants to know any more. */
export interface SettledMessage {
  readonly type: "settled";
  readonly round: number;
  readonly kept: boolean;
}

/** To the desk: a keeper's device did well under its plan, or did not. It may do well first and fail later. */
export interface PlanNews {
  readonly type: "planNews";
  readonly round: number;
  readonly id: string;
  readonly failure?: string;
}

/** What a device's process leaves to itself when it takes a new plan. */
export interface DeviceLeft {
  readonly message: ReplanMessage<DevicePlan>;
  readonly state: DeviceSnapshot;
  readonly job: PeriodicJob;
  /** Its driver has reached the hardware. */
  readonly started: boolean;
  /** It did its jobs, or did until the change was tried. */
  readonly isWell: boolean;
}

/** What it goes on from. */
export interface DeviceBefore extends Omit<DeviceLeft, "message" | "job"> {
  readonly round: number;
  /** Absent: the job is another. */
  readonly job?: PeriodicJob;
}

/** A driver is made of its settings and its place, and the place cannot change while it runs. */
export function isSameTask(old: DevicePlan, next: DevicePlan): boolean {
  return isSamePlan(old.settings, next.settings);
}

/**
 * A job that is planned as before keeps its releases and what was measured of it; another begins at once. A driver that is made anew looks at its
 * chip again, and drives its output again: what the level means to it may have changed.
 */
export function underNewPlan(
  old: DevicePlan,
  { message, state, job, started, isWell }: DeviceLeft,
): DeviceBefore {
  const { plan, round } = message;
  const isSame = isSameTask(old, plan);
  const { output } = state;
  const again = output === undefined || output.untouched ? output : { ...output, level: undefined };
  return {
    ...{ round, isWell },
    started: started && isSame,
    state: {
      ...{ ...state, plan },
      releaseUs: undefined,
      ...(again !== undefined && { output: isSame ? output! : again }),
    },
    ...(isSamePlan(old.modes, plan.modes) && { job }),
  };
}

/** Plans are plain data, made by the same code each time. */
export function isSamePlan(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
