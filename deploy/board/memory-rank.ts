/** Who goes first when memory runs out. */
import { writeFileSync } from "node:fs";

/** Between an ordinary program (0) and the first to go (1000); proc(5), oom_score_adj. */
const RUNTIME_RANK = "300";

/**
 * The guardian of a service is among the last that the kernel ends (`OOMScoreAdjust=-900`), and what it starts inherits
 * that: the runtime, where leaks happen, takes its own place. Raising needs no right.
 */
export function goBeforeTheGuardian(file = "/proc/self/oom_score_adj"): void {
  try {
    writeFileSync(file, RUNTIME_RANK);
  } catch {
    // No such system, or one that does not let us: the kernel decides by size then.
  }
}
