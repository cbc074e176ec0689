/** What a check found. `id` is stable (`watchdog.limit`): programs and pages may look for it. */
export type Finding = InOrder | Wanting;

interface Found {
  readonly id: string;
  /** One sentence for people, without a full stop. */
  readonly what: string;
  /** The file, device or setting it was seen in. */
  readonly where?: string;
}

export interface InOrder extends Found {
  readonly verdict: "ok";
}

/**
 * `advice`: the board works, less well or less safely than it could. `problem`: it does not start, does not do what its
 * configuration says, or is not safe.
 */
export interface Wanting extends Found {
  readonly verdict: "advice" | "problem";
  /** What helps: a command, a setting and its file, something to buy. */
  readonly remedy: string;
}

/** Groups in the order in which they are shown: what carries the rest comes first. */
export const GROUPS = [
  "board",
  "lines",
  "buses",
  "outputs",
  "watchdog",
  "time",
  "clock",
  "storage",
  "power",
  "firmware",
  "network",
  "configuration",
] as const;

export type Group = (typeof GROUPS)[number];

export interface GroupedFinding {
  readonly group: Group;
  readonly finding: Finding;
}
