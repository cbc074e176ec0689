/**
 * How this board came up the last times, so that one that is reset again and again stops being reset. Pure: what is
 * read, kept and measured lies around it. It counts in time the boards lived, never in wall time: a Pi has no clock at
 * its start.
 */

const CAUSES = ["first", "powerOn", "restart", "update", "watchdog", "panic", "fallBack", "unclear"] as const;

/**
 * Why the board came up. `update`: it was ended in order, and another slot runs now. `watchdog`: reset by its watchdog (or by
 * a kernel that gave up without leaving a dump), nobody asked for it. `panic`: its kernel gave up and left a dump. `fallBack`:
 * the boot before has no end, and the slot before it runs again. `unclear`: the boot before has no end, and the hardware does
 * not tell a reset from a power cut.
 */
export type BootCause = (typeof CAUSES)[number];

export interface BootRecord {
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  readonly cause: BootCause;
  /** How long it is known to have lived, minutes; written now and then, so at most that much. */
  readonly livedMin: number;
  /** The board was stopped in order since it last worked. */
  readonly ended: boolean;
  /** The slot that ran, where slots are of the machine; absent where nothing tells. */
  readonly slot?: string;
  /** Ids of the kernel's dumps that were there; absent: none. */
  readonly dumps?: readonly string[];
}

/** What the system tells of this boot. */
export interface BootEvidence {
  readonly bootId: string;
  /** The watchdog's driver says that it did it; undefined where there is none. */
  readonly cardReset: boolean | undefined;
  /** Power came on, as opposed to a reset; undefined where nothing tells. */
  readonly powerOn: boolean | undefined;
  /** The slot that runs, where slots are of the machine. */
  readonly slot?: string;
  /** Ids of what a kernel left when it gave up, of this boot and earlier ones. */
  readonly dumps?: readonly string[];
}

/** What follows from the history for this boot. */
export interface BootVerdict {
  readonly cause: BootCause;
  /** Boots by the watchdog or a panic within an hour, this one included. */
  readonly watchdogBoots: number;
  /** The guardian may let the watchdog reset the board. */
  readonly mayReset: boolean;
  /** Outputs stay at their safe levels, and nothing but telemetry runs. */
  readonly keptSafe: boolean;
}

/** So many boots by the watchdog within an hour are enough. */
export const MOST_WATCHDOG_BOOTS = 3;
const WINDOW_MIN = 60;
/** Boots that are kept; more are never looked at. */
const MOST_KEPT = 8;
/** A person was there, or the power was away: what was before does not count any more. */
const FRESH: readonly BootCause[] = ["first", "powerOn", "restart", "update"];

/** The history with this boot in it. The same boot again is one that goes on: it has not ended then. */
export function withBoot(history: readonly BootRecord[], evidence: BootEvidence): readonly BootRecord[] {
  const last = history.at(-1);
  if (last?.bootId === evidence.bootId) return [...history.slice(0, -1), { ...last, ended: false }];
  const { bootId, slot, dumps = [] } = evidence;
  const boot = {
    ...{ bootId, cause: causeOf(last, evidence), livedMin: 0, ended: false },
    ...(slot !== undefined && { slot }),
    ...(dumps.length > 0 && { dumps }),
  };
  return [...history, boot].slice(-MOST_KEPT);
}

/** The history in which the present boot has ended in order, or lived for so long. */
export function withLast(
  history: readonly BootRecord[],
  bootId: string,
  change: Partial<Pick<BootRecord, "ended" | "livedMin">>,
): readonly BootRecord[] {
  const last = history.at(-1);
  return last?.bootId === bootId ? [...history.slice(0, -1), { ...last, ...change }] : history;
}

/** Of the newest boot. Without a history nobody can count resets, so there are none. */
export function verdictOf(history: readonly BootRecord[], bootId: string): BootVerdict {
  const last = history.at(-1);
  if (last?.bootId !== bootId)
    return { cause: "unclear", watchdogBoots: 0, mayReset: false, keptSafe: false };
  let elapsedMin = 0;
  let watchdogBoots = 0;
  let unclear = 0;
  for (const [back, boot] of [...history].reverse().entries()) {
    if (back > 0) elapsedMin += boot.livedMin;
    if (FRESH.includes(boot.cause) || elapsedMin >= WINDOW_MIN) break;
    if (boot.cause === "watchdog" || boot.cause === "panic") watchdogBoots++;
    else unclear++;
  }
  return {
    cause: last.cause,
    watchdogBoots,
    mayReset: watchdogBoots + unclear < MOST_WATCHDOG_BOOTS,
    keptSafe: watchdogBoots >= MOST_WATCHDOG_BOOTS,
  };
}

/** Why outputs are kept safe, for people. */
export function keptSafeReason({ watchdogBoots }: BootVerdict): string {
  return (
    `the watchdog has reset this board ${watchdogBoots} times within an hour: outputs stay at their safe levels ` +
    "until the board is restarted in order (sudo reboot, or power off and on)"
  );
}

/** Whether a value that was read is a history. */
export function isHistory(value: unknown): value is readonly BootRecord[] {
  return Array.isArray(value) && value.every(isRecord);
}

function isRecord(value: unknown): value is BootRecord {
  if (typeof value !== "object" || value === null) return false;
  const { bootId, cause, livedMin, ended } = value as Record<string, unknown>;
  return (
    typeof bootId === "string" &&
    (CAUSES as readonly unknown[]).includes(cause) &&
    typeof livedMin === "number" &&
    livedMin >= 0 &&
    typeof ended === "boolean"
  );
}

function causeOf(before: BootRecord | undefined, evidence: BootEvidence): BootCause {
  const { cardReset, powerOn, slot, dumps = [] } = evidence;
  // What was there before this board was, is of another time.
  const known = before?.dumps ?? [];
  if (before !== undefined && dumps.some((dump) => !known.includes(dump))) return "panic";
  if (cardReset === true) return "watchdog";
  if (before === undefined) return "first";
  const isOther = slot !== undefined && before.slot !== undefined && slot !== before.slot;
  if (before.ended) return isOther ? "update" : "restart";
  if (powerOn === true) return "powerOn";
  // A reset that nobody asked for: on a Pi a watchdog's and a restart's look the same but for the end before.
  if (powerOn === false) return "watchdog";
  return isOther ? "fallBack" : "unclear";
}
