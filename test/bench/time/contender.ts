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

const isRoot = process.getuid?.() === 0;
/** Where root runs them, all have the priority of a cell, and a thread's timers the least slack. */
export const NICE = isRoot ? ["nice", "-n", "-10"] : [];

/**
 * Runs a program to its end; gives what it printed. Its timers have a slack of 1 ns, as a cell's thread (a
 * process inherits it): cyclictest is then the floor it is meant to be.
 */
export function runProgram(command: readonly string[], limitSeconds: number): Promise<string> {
  const script = 'echo 1 > /proc/self/timerslack_ns 2>/dev/null; exec "$@"';
  // The shell's own builtin `echo` writes to the shell's own file: exec keeps the process.
  const child = spawn("sh", ["-c", script, "sh", ...NICE, ...command], { stdio: ["ignore", "pipe", "pipe"] });
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
