/** Somebody who does a work: one run is one process of the operating system, so nothing is left from the run before. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Figure } from "./figure.ts";

export interface Contender {
  /** What is special about it: a configuration, a depth. */
  readonly name: string;
  run(): Figure;
}

/** `one`: pinned to one core; `all`: whatever the machine has. */
export type Cores = "one" | "all";

/** As the cells of a board where root runs them: all contenders get the same priority. */
const NICE = process.getuid?.() === 0 ? ["nice", "-n", "-10"] : [];
/** The last core: the first ones serve more interrupts. */
const ONE_CORE = ["taskset", "-c", String(availableParallelism() - 1)];
/** A run takes about two seconds. */
const LIMIT_MS = 180_000;

export const canPin = spawnSync("taskset", ["--version"]).status === 0;

/** Runs a program to its end; its last line is its figure. Throws with what it said when it fails. */
export function runProgram(command: string, words: readonly string[], cores: Cores): Figure {
  const [first, ...rest] = [...NICE, ...(cores === "one" && canPin ? ONE_CORE : []), command, ...words];
  const { status, stdout, stderr, error } = spawnSync(first!, rest, { encoding: "utf8", timeout: LIMIT_MS });
  const last = stdout?.trim().split("\n").at(-1) ?? "";
  if (status === 0 && last.startsWith("{")) return JSON.parse(last) as Figure;
  throw new Error(
    `${command} ${words.join(" ")}: ${error?.message ?? `ended with ${status}`}\n${stdout}${stderr}`,
  );
}
