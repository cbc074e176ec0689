import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { OutputPlan } from "../contracts/output-plan.ts";
import type { KeptOnTimes, OnTimeRecord } from "./on-time.ts";

/** Bytes of a record beside its firings, and of each firing. */
const RECORD_BYTES = 384;
const FIRING_BYTES = 24;

type KeptPlan = Pick<OutputPlan, "line" | "maxOnMs" | "maxOnLatch">;

interface Slot {
  readonly at: number;
  readonly bytes: number;
}

/**
 * On-times in a file in memory, so that a guardian that was killed does not start them afresh: a slot an output with
 * `maxOn`, written in one piece whenever its output goes on or off. Times are of the monotonic clock, so the file must
 * not outlive a boot: it belongs into /run or another tmpfs, where a write waits for no disk either.
 *
 * A slot that cannot be read (the configuration changed, a write was cut off) counts as an output that has been on for
 * all of its `maxOn` until now: it rests first. Writes that fail are counted in `failed`.
 */
export class OnTimeFile implements KeptOnTimes {
  readonly #fd: number;
  readonly #slots = new Map<string, Slot>();
  failed = 0;

  /** Opens or makes the file, readable and writable for this user only. Throws the error of the file system. */
  constructor(path: string, outputs: readonly KeptPlan[]) {
    // The folder may be one where others write, too: follows no link that somebody put there.
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    let at = 0;
    for (const { line, maxOnMs, maxOnLatch } of outputs) {
      if (maxOnMs === undefined) continue;
      const bytes = RECORD_BYTES + FIRING_BYTES * (maxOnLatch?.count ?? 0);
      this.#slots.set(line, { at, bytes });
      at += bytes;
    }
  }

  /** What the guardian before left about an output; undefined when there was none. */
  before({ line, maxOnMs = 0 }: KeptPlan, nowUs: number): OnTimeRecord | undefined {
    const slot = this.#slots.get(line);
    if (slot === undefined || fstatSync(this.#fd).size === 0) return undefined;
    const bytes = Buffer.alloc(slot.bytes);
    const length = readSync(this.#fd, bytes, 0, slot.bytes, slot.at);
    const read = decodeRecord(bytes.toString("latin1", 0, length), line, nowUs);
    return read ?? { offSinceUs: nowUs, usedUs: maxOnMs * 1000, forced: true, firings: [], latched: false };
  }

  /** Keeps a record. Never throws. */
  keep(line: string, record: OnTimeRecord): void {
    const slot = this.#slots.get(line);
    if (slot === undefined) return;
    const text = JSON.stringify({ line, ...record }).padEnd(slot.bytes - 1);
    try {
      if (text.length >= slot.bytes) throw new RangeError(`${text.length} bytes in a slot of ${slot.bytes}`);
      writeSync(this.#fd, `${text}\n`, slot.at, "latin1");
    } catch {
      this.failed++; // a full memory must not keep an output from its safe level
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A record of this line that can be true now; else undefined. */
function decodeRecord(text: string, line: string, nowUs: number): OnTimeRecord | undefined {
  let value: { readonly line?: unknown } & Partial<OnTimeRecord>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || value.line !== line) return undefined;
  const { onSinceUs, offSinceUs, usedUs, forced, restUntilUs, firings, latched } = value;
  const past = (us: unknown): us is number => typeof us === "number" && us >= 0 && us <= nowUs;
  if (!past(offSinceUs) || typeof usedUs !== "number" || usedUs < 0) return undefined;
  if (typeof forced !== "boolean" || typeof latched !== "boolean") return undefined;
  if (!Array.isArray(firings) || !firings.every(past)) return undefined;
  if (onSinceUs !== undefined && !past(onSinceUs)) return undefined;
  if (restUntilUs !== undefined && typeof restUntilUs !== "number") return undefined;
  return {
    ...{ offSinceUs, usedUs, forced, latched, firings },
    ...(onSinceUs !== undefined && { onSinceUs }),
    ...(restUntilUs !== undefined && { restUntilUs }),
  };
}
