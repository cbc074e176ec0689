/** Somebody who releases a job every millisecond and says how late each release was. */
import { spawn } from "node:child_process";
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

/**
 * Where root runs them: the priority of a cell, within its session and of its session; a board's guardian sets both.
 */
const PRIORITY = "echo -10 > /proc/self/autogroup; renice -n -10 -p $$ > /dev/null;";
const SLACK = "echo 1 > /proc/self/timerslack_ns;";
const isRoot = process.getuid?.() === 0;

/**
 * A program in a session (and process group) of its own, at the priority of a cell. `exactTimers`: with a timer
 * slack of 1 ns, which only a fork hands on: exec goes back to the default.
 */
export function startProgram(command: readonly string[], exactTimers: boolean) {
  const run = exactTimers ? '"$@"; exit $?' : 'exec "$@"';
  const script = `{ ${isRoot ? PRIORITY : ""} ${exactTimers ? SLACK : ""} } 2> /dev/null; ${run}`;
  return spawn("sh", ["-c", script, "sh", ...command], { stdio: ["ignore", "pipe", "pipe"], detached: true });
}

/**
 * Runs a program to its end; gives what it printed. Its timers are as exact as a cell's: cyclictest is then the floor
 * that it is meant to be.
 */
export function runProgram(command: readonly string[], limitSeconds: number): Promise<string> {
  const child = startProgram(command, true);
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  const limit = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), limitSeconds * 1000);
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
