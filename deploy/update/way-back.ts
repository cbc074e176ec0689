/**
 * The restart by which a release that did not hold is gone back from: through the gate, as every restart is, but not for ever.
 * What was bad for the board shall not be its program until the next night, and going to safe levels is what outputs are for.
 */

/** Longest that it waits, ms. With the longest trial (45 min) it stays below the hour after which the trial's program is ended. */
export const LONGEST_WAY_BACK_MS = 600_000;
const EVERY_MS = 1000;
/** Questions in a row without an answer until a board counts as one that does not run. */
const SILENT_ROUNDS = 10;

export interface WayBack {
  /** What stands against a restart now, a sentence each; undefined when the board did not answer. */
  readonly against: () => Promise<readonly string[] | undefined>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears what is waited for, whenever that changes. */
  readonly onWait: (waits: readonly string[]) => void;
}

/** Resolves when the board may restart, or has been waited for long enough. */
export async function whenItMayGoBack({ against, nowMs, sleep, onWait }: WayBack): Promise<void> {
  const endMs = nowMs() + LONGEST_WAY_BACK_MS;
  let shown: string | undefined;
  for (let silent = 0; nowMs() < endMs; await sleep(EVERY_MS)) {
    const waits = await against();
    silent = waits === undefined ? silent + 1 : 0;
    if (waits?.length === 0 || silent >= SILENT_ROUNDS) return;
    const reasons = waits ?? ["the board's program does not answer"];
    if (reasons.join() !== shown) onWait(reasons);
    shown = reasons.join();
  }
}
