/** The configuration for a guardian that is a service, and what that does where the configuration has problems. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WatchPlan } from "../../firmware/contracts/watch-plan.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { wholeConfig } from "./checked-config.ts";
import type { BoardOptions } from "./options.ts";

/** Longest time to a new start: within the unit's `TimeoutStartSec`, 30 s. */
export const LONGEST_PAUSE_MS = 20_000;
/** How soon it is seen that somebody has mended the file. */
const LOOK_EVERY_MS = 500;

/**
 * A configuration with problems ends the process with code 2. A service is started again 250 ms later, for ever: so it
 * waits first, until the file is another one. Its outputs are at their `onCrash` by then, as the stop step ran after the
 * guardian before; nothing was opened, so no watchdog counts that had not been counting. A release on trial does not wait:
 * it is to be gone back from. `from`: where it is read, when that is a copy.
 */
export async function serviceConfig(
  options: Pick<BoardOptions, "config" | "emulated">,
  watch: WatchPlan,
  slots: string | undefined,
  from = options.config,
): Promise<BoardConfig> {
  const seen = mark(options.config);
  const config = wholeConfig(options, from);
  if (config !== undefined) return config;
  if (watch.notifySocket !== undefined && !isOnTrial(slots)) {
    const why = `${options.config} has problems: it is read again when it has changed, and in ${LONGEST_PAUSE_MS / 1000} s`;
    process.stderr.write(`${JSON.stringify({ waitsForConfig: { why } })}\n`);
    await untilChanged(options.config, seen, LONGEST_PAUSE_MS);
  }
  process.exit(2);
}

/** Resolves as soon as the file is not as it was marked any more, at the latest after `limitMs`. */
export async function untilChanged(
  file: string,
  seen: string,
  limitMs: number,
  everyMs = LOOK_EVERY_MS,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (mark(file) === seen && performance.now() < endMs) await sleep(everyMs);
}

/** What tells a file from a later one of that name; for one that cannot be seen, why. */
export function mark(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** Whether a release is on trial where slots are folders: the line of their record that a shell reads, too. */
export function isOnTrial(slots: string | undefined): boolean {
  if (slots === undefined || slots === "") return false;
  try {
    return /^trying=[ab]$/m.test(readFileSync(join(slots, "record"), "utf8"));
  } catch {
    return false; // no folder of slots, or one without a record: nothing is on trial then
  }
}
