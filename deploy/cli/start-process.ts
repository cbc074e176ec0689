import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ALLOCATOR } from "../board/allocator.ts";
import { type BoardOptions, optionsEnvironment } from "../board/options.ts";

/** Starts a program of the board, in a session of its own: a terminal's Ctrl-C reaches only this process, which then ends the chain in order. */
export function startProcess(
  file: string,
  options: BoardOptions,
  stdio: ("pipe" | "inherit" | "ignore")[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const path = fileURLToPath(new URL(`../board/${file}`, import.meta.url));
  return spawn(process.execPath, [path], {
    stdio,
    detached: true,
    env: { ...ALLOCATOR, ...process.env, ...optionsEnvironment(options), ...environment },
  });
}
