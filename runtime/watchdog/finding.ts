/** What a watchdog finds wrong with a cell: data for whoever ends it, for events and for crash reports. No logic. */

/**
 * - `hung`: its code ran past its hard deadline.
 * - `late`: it was not run in time: others in the cell ran, its thread got no core, or it did not wake up.
 * - `blocked`: past its hard deadline while it waits for somebody outside, who is to blame; the cell goes on.
 * - `outOfMemory`: it holds more outside its heap than it may.
 */
export type FindingCause = "hung" | "late" | "blocked" | "outOfMemory";

export interface Finding {
  readonly cause: FindingCause;
  readonly cell: string;
  readonly incarnation: number;
  /** Past its hard deadline, or the time to wake up, us; 0 for memory. */
  readonly lateUs: number;
  /** The watchdog has seen this work for so long, us; 0 when it saw none. */
  readonly workedUs: number;
  /** Number of the process that runs, or ran last; 0 where that is not known. */
  readonly process: number;
  /** `late`: the process that ran before it, which kept it waiting. */
  readonly behind?: number;
  /** `late`: it is parked, though its timer was due or its bell had rung. */
  readonly asleep?: true;
  /** `late`: so long did its thread wait for a core, us, since the watchdog first saw this work. */
  readonly withoutCoreUs?: number;
  /** `blocked`: what the code waits for, as it numbered it. */
  readonly waitsFor?: number;
  /** Not counted in `lateUs`: the machine stood still, us. */
  readonly stalledUs?: number;
}
