/** What the cell of a process knows of its time: the evidence for `scheduler` against `peer`. */
import { type Pid, processOf } from "../process/pid.ts";

export interface RunFigures {
  /** How long it was runnable while others ran, since this was first asked, us. */
  readonly readyUs: number;
  /** Messages in its mailbox. */
  readonly waiting: number;
  /** Messages that its mailbox refused. */
  readonly dropped: number;
}

/** `undefined` for a process of another cell. From the first call on its cell keeps the time. */
export function runFigures(pid: Pid, nowUs: number): RunFigures | undefined {
  const process = processOf(pid);
  if (process === undefined) return undefined;
  process.readyTime ??= { readyUs: 0, sinceUs: nowUs };
  const { state, mailbox, readyTime } = process;
  const presentUs = state === "runnable" ? nowUs - readyTime.sinceUs : 0;
  return { readyUs: readyTime.readyUs + presentUs, waiting: mailbox.length, dropped: mailbox.dropped };
}
