import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Where the pipes of one incarnation of the runtime lie. */
export interface Pipes {
  readonly directory: string;
  readonly reply: string;
  /** The watchdog thread shows that the runtime lives. Nobody waits for it. */
  readonly pet: string;
  /** The watchdog thread takes outputs away. Heard at once. */
  readonly fence: string;
  /** Number of owner slots: `cell-0` .. `cell-<slots - 1>`. */
  readonly slots: number;
}

/** The request FIFO of an owner slot. */
export function requestPipe(directory: string, owner: number): string {
  return join(directory, `cell-${owner}`);
}

/** The paths of the pipes in a directory that `makePipes` filled. */
export function pipesIn(directory: string, slots: number): Pipes {
  const [reply, pet, fence] = ["reply", "pet", "fence"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  return { directory, reply, pet, fence, slots };
}

/**
 * A fresh private directory with fresh FIFOs. Each incarnation of the runtime gets its own, so that nothing
 * a dead incarnation wrote, or a child of it still writes, can reach the next one.
 */
export async function makePipes(parent: string | undefined, slots: number): Promise<Pipes> {
  if (parent !== undefined) mkdirSync(parent, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(parent ?? tmpdir(), "holdfast-")); // mkdtemp makes mode 700
  const pipes = pipesIn(directory, slots);
  const cells = Array.from({ length: slots }, (_, owner) => requestPipe(directory, owner));
  await promisify(execFile)("mkfifo", ["-m", "600", pipes.reply, pipes.pet, pipes.fence, ...cells]);
  return pipes;
}

export function removePipes(pipes: Pipes): void {
  rmSync(pipes.directory, { recursive: true, force: true });
}
