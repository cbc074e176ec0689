/** Crash reports that outlive the board's program: what the kernel's process needs to read and write them. */
import { randomBytes } from "node:crypto";
import { CrashFile } from "../crashes/crash-file.ts";
import { KeptCrashes } from "../crashes/kept-crashes.ts";
import { type LastLife, lastLife, type RuntimeEnd } from "../crashes/last-life.ts";
import type { BootNotice } from "./boot-notice.ts";
import { BUILT_AT_MS, VERSION } from "./version.ts";
import { WallClock } from "./wall-clock.ts";

export interface CrashesPlan {
  readonly stateFolder: string;
  readonly board: string;
  readonly incarnation: number;
  readonly boot: BootNotice | undefined;
  /** With what the guardian says of the runtime before this one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told once, when the state folder takes nothing. */
  readonly notKept: (why: string) => void;
}

/** Reads what the lives before left (256 KB at most, at once), and begins this one. */
export function openCrashes(plan: CrashesPlan): { readonly kept: KeptCrashes; readonly last?: LastLife } {
  const { stateFolder, board, incarnation, boot, notKept } = plan;
  const file = new CrashFile(stateFolder, board);
  const life = {
    life: randomBytes(8).toString("hex"),
    bootId: boot?.bootId ?? "",
    guardian: process.ppid,
    incarnation,
    version: VERSION,
  };
  const end = runtimeEnd(plan.environment.HOLDFAST_LAST_END);
  const last = lastLife(file.read(), life, {
    ...(boot !== undefined && { boot: boot.cause }),
    ...(end !== undefined && { end }),
  });
  const clock = new WallClock({ floorMs: BUILT_AT_MS });
  const kept = new KeptCrashes(
    { file, life, at: () => clock.at, nowMs: () => performance.now(), notKept },
    last,
  );
  return { kept, ...(last !== undefined && { last }) };
}

function runtimeEnd(text: string | undefined): RuntimeEnd | undefined {
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as RuntimeEnd);
}
