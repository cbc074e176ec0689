/**
 * Starting a process in another cell, by module and export name: code does not travel between isolates.
 *
 * A system process of that cell, which the kernel names before anybody can know the cell, does it. Whoever knows
 * a cell's name can thus run exported code in it; code that is not trusted must not know names of others.
 */
import type { ExitReason } from "./exit-reason.ts";
import { describeReason } from "./exit-reason.ts";
import type { Pid } from "./pid.ts";
import type { Self, WaitLimit } from "./self.ts";
import type { Wait } from "./wait.ts";

export interface SpawnRequest {
  readonly type: "spawn";
  readonly from: Pid;
  readonly ref: number;
  readonly body: { readonly module: string; readonly name: string };
  readonly args: readonly unknown[];
  readonly label?: string;
  readonly band?: number;
}

/** Value of the reply. */
export type SpawnAnswer = { readonly pid: Pid } | { readonly failure: ExitReason };

export interface SpawnInOptions extends WaitLimit {
  readonly label?: string;
  readonly band?: number;
}

/** noproc: no such cell, or it ended meanwhile; late: no answer within the limit; load: module or export. */
export type SpawnInErrorCode = "noproc" | "late" | "load";

export class SpawnInError extends Error {
  override readonly name = "SpawnInError";
  readonly code: SpawnInErrorCode;
  readonly cell: string;

  constructor(code: SpawnInErrorCode, cell: string, why: string) {
    super(`cannot spawn in cell ${cell}: ${why}`);
    this.code = code;
    this.cell = cell;
  }
}

/** Limit of `spawnIn` when none is given, ms: a module that is loaded for the first time takes its time. */
const WITHIN_MS = 5000;

/** Name of a cell's spawner. */
export function spawnerName(cell: string): string {
  return `spawner:${cell}`;
}

/** `const pid = yield* spawnIn(self, ...)`. Throws `SpawnInError`; a process spawned too late runs unlinked. */
export function* spawnIn<M>(
  self: Self<M>,
  cell: string,
  body: SpawnRequest["body"],
  args: readonly unknown[] = [],
  { label, band, within = WITHIN_MS, ...limit }: SpawnInOptions = {},
): Generator<Wait, Pid, void> {
  const spawner = self.whereis(spawnerName(cell));
  if (spawner === undefined) throw new SpawnInError("noproc", cell, "no such cell");
  const ref = self.monitor(spawner);
  const request: SpawnRequest = {
    type: "spawn",
    from: self.pid,
    ref,
    body,
    args,
    ...(label === undefined ? {} : { label }),
    ...(band === undefined ? {} : { band }),
  };
  self.send(spawner, request);
  const message = yield* self.receive(ref, { ...limit, within });
  if (message === undefined) {
    self.demonitor(ref);
    throw new SpawnInError("late", cell, `no answer within ${within} ms`);
  }
  if (message.type === "down") throw new SpawnInError("noproc", cell, describeReason(message.reason));
  const answer = message.value as SpawnAnswer;
  if ("pid" in answer) return answer.pid;
  throw new SpawnInError("load", cell, describeReason(answer.failure));
}
