/** Judges a history by every rule; knows nothing of how boards speak, only of what was promised. */
import { checkBonds } from "./bonds-rule.ts";
import type { Entry, Times, Violation } from "./entry.ts";
import { checkLeases } from "./leases-rule.ts";
import { Lives } from "./lives.ts";
import { checkStreams } from "./streams-rule.ts";

/** `entries`: those of each process in their order. The history ends healed and quiet. Oldest violation first. */
export function checkHistory(entries: readonly Entry[], times: Times): Violation[] {
  const lives = new Lives(entries);
  return [
    ...checkStreams(entries, lives, times),
    ...checkBonds(entries, lives, times),
    ...checkLeases(entries, lives, times),
  ].sort((a, b) => a.atUs - b.atUs);
}
