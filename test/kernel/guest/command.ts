import { spawnSync } from "node:child_process";

/** A tool that is missing or failed: says which, and what it printed last. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Longest output that is kept, bytes: a whole kernel image passes through. */
const MAX_BYTES = 256 * 1_048_576;

/** Runs a program to its end and returns what it printed. Throws `CommandError`. */
export function command(
  program: string,
  args: readonly string[],
  { cwd, input }: { readonly cwd?: string; readonly input?: Uint8Array } = {},
): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    maxBuffer: MAX_BYTES,
    ...(cwd !== undefined && { cwd }),
    ...(input !== undefined && { input }),
  });
  if (status === 0) return stdout;
  const last = stderr?.toString().trim().split("\n").slice(-3).join("; ");
  throw new CommandError(`${program}: ${error?.message ?? `ended with ${status}: ${last}`}`);
}
