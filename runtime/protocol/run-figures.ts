/** What the cell of a process knows of its time and its mailbox: the evidence for `scheduler` or `link` against `peer`. */
import { type Pid, processOf } from "../process/pid.ts";
import type { SaidMessage } from "./conversation-messages.ts";

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

/** Something that was said in this conversation waits in its mailbox, for a process of this cell. Costs a look at each that waits. */
export function hasWaitingWord(pid: Pid, talk: string): boolean {
  for (const message of processOf(pid)?.mailbox.waiting() ?? []) {
    const said = message as Partial<SaidMessage> | null | undefined;
    if (said?.type === "said" && said.talk === talk) return true;
  }
  return false;
}
