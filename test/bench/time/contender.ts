/** Somebody who releases a job every millisecond and says how late each release was. */
import { spawn } from "node:child_process";
import { SHORT_SLICE_US, setThreadSlice } from "../../../firmware/linux/thread-slice.ts";
import { setTimerSlack } from "../../../runtime/time/timer-slack.ts";
import type { Condition } from "./conditions.ts";
import type { LatenessJson } from "./lateness.ts";

export interface Contender {
  readonly name: string;
  /** Who is compared with whom. */
  readonly policy: "other" | "fifo";
  /** One window. Rejects with what its program said when it fails. */
  run(seconds: number, condition: Condition): Promise<LatenessJson>;
}

/** Of cells and cyclictest alike; the chain of a board has 47 to 49. */
export const RT_PRIORITY = 40;

/** Where root runs them: the priority of a cell. */
const NICE = process.getuid?.() === 0 ? ["nice", "-n", "-10"] : [];
/** Of every process that nobody has told otherwise. */
const SYSTEM_SLACK_NS = 50_000;

/**
 * A program at the priority of a cell. All of them run in the session of the benchmark: where Linux shares the
 * processor out by session, a load in another one would be less of a load. `exactTimers`: with a timer slack of
 * 1 ns, which a process has from the thread that forks it.
 */
export function startProgram(command: readonly string[], exactTimers: boolean) {
  setTimerSlack(exactTimers ? 1 : SYSTEM_SLACK_NS);
  const [first, ...rest] = [...NICE, ...command];
  return spawn(first!, rest, { stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Runs a program to its end; gives what it printed. Its timers are as exact as a cell's, and its slices as short:
 * cyclictest is then the floor that it is meant to be.
 */
export async function runProgram(command: readonly string[], limitSeconds: number): Promise<string> {
  setThreadSlice(SHORT_SLICE_US);
  const child = startProgram(command, true);
  setThreadSlice(0);
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  const limit = setTimeout(() => child.kill("SIGKILL"), limitSeconds * 1000);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      if (code === 0) resolve(out);
      else reject(new Error(`${command.join(" ").slice(0, 200)} ended with ${signal ?? code}\n${err}`));
    });
  });
}

/** The last line, as JSON. */
export function lastJson(out: string): LatenessJson {
  return JSON.parse(out.trim().split("\n").at(-1)!) as LatenessJson;
}
