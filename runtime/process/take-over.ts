/** The belongings of a process as data, and how the process that takes its place gets them. */
import type { Belongings } from "./belongings.ts";
import type { CellTimers } from "./cell-timers.ts";
import type { Links } from "./links.ts";
import type { Names } from "./names.ts";
import { pack, unpack } from "./pack.ts";
import type { Pid, WirePid } from "./pid.ts";
import type { Process } from "./process.ts";

/** Where a cell keeps what its processes have. */
export interface Keepers {
  readonly links: Links;
  readonly timers: CellTimers;
  readonly names: Names;
}

/** What a process has beside its state and its mailbox. */
export function belongingsOf(process: Process, { links, timers, names }: Keepers): Belongings {
  return {
    bonds: links.bondsOf(process),
    timers: timers.sentBy(process).map(({ to, message, ...timer }) => ({
      ...timer,
      packed: pack([to, message]).packed,
    })),
    names: [...(process.names ?? [])].map((name) => [name, names.scopeOf(name) ?? "board"] as const),
    trapExit: process.trapExit,
  };
}

/** Gives a process these belongings in the place of those it has. Nobody is told: they were its own before. */
export function furnish(
  process: Process,
  { bonds, timers, names, trapExit }: Belongings,
  keepers: Keepers,
  resolve: (wire: WirePid) => Pid,
): void {
  keepers.links.bind(process, bonds);
  keepers.timers.releaseSent(process);
  for (const { handle, expiryUs, packed } of timers) {
    const [to, message] = unpack(packed, resolve) as [Pid | string, unknown];
    keepers.timers.inherit(handle, process, expiryUs, to, message);
  }
  process.names = names.length === 0 ? undefined : new Set(names.map(([name]) => name));
  for (const [name, scope] of names) keepers.names.inherit(name, process.pid, scope);
  process.trapExit = trapExit;
}
