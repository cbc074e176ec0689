/**
 * Where devices stand on their ladders, and why: a device that was in `safe` for a reason starts there with the reason,
 * not in full service, after the runtime died and after the board was started anew.
 *
 * Restarts are counted since the board was started. Only devices that are not as new are in the file. It is written for steps of ladders and for orders, which the
 * back-off makes rare, and at most every 10 s: less than a hundred times a day and device that flaps for ever.
 */
import { join } from "node:path";
import * as v from "valibot";
import { CAUSE_KINDS, type Cause, describeCause } from "../../devices/handler/cause.ts";
import type { LadderRule } from "../../devices/handler/ladder-rule.ts";
import { isFresh, type LadderRecord, resumedLadder } from "../../devices/handler/ladder-state.ts";
import { MODES } from "../../devices/handler/mode.ts";
import { KeptRecords } from "./kept-records.ts";

const WRITE_EVERY_MS = 10_000;

const number = v.pipe(v.number(), v.finite());
const causeSchema = v.pipe(
  v.looseObject({ kind: v.picklist(CAUSE_KINDS) }),
  v.check((cause) => isTellable(cause as Cause)),
);
const recordSchema = v.object({
  restarts: number,
  state: v.looseObject({
    mode: v.picklist(MODES),
    reason: v.optional(causeSchema),
    backoff: v.pipe(number, v.minValue(1), v.maxValue(16)),
    climbedAtUs: v.optional(number),
    early: v.boolean(),
    bound: v.optional(v.object({ mode: v.picklist(MODES), untilUs: number })),
    offMs: number,
    offUntilUs: v.optional(number),
  }),
});

export class KeptLadders {
  readonly #records: KeptRecords<LadderRecord>;
  readonly #sameClock: boolean;

  /** `sameClock`: who wrote the file counted time from the same start, so its times still mean something. */
  constructor(folder: string, board: string, { sameClock }: { readonly sameClock: boolean }) {
    const file = join(folder, board, "ladders.json");
    this.#records = new KeptRecords({ file, isRecord, writeEveryMs: WRITE_EVERY_MS });
    this.#sameClock = sameClock;
  }

  /** What a keeper starts from; empty when nothing is known. */
  of(device: string, rule: LadderRule): { readonly before?: LadderRecord } {
    const kept = this.#records.of(device);
    if (kept === undefined) return {};
    const restarts = this.#sameClock ? kept.restarts : 0;
    return { before: { restarts, state: resumedLadder(kept.state, rule, this.#sameClock) } };
  }

  /** A step or an order is written; that it was started again, without a step, only with the next of them. */
  keep(device: string, rule: LadderRule, record: LadderRecord, isStep: boolean): void {
    const isNew = record.restarts === 0 && isFresh(record.state, rule);
    this.#records.keep(device, isNew ? undefined : record, isStep);
  }

  /** Writes what is still to be written, now. */
  flush(): void {
    this.#records.flush();
  }
}

function isRecord(value: unknown): value is LadderRecord {
  return v.is(recordSchema, value);
}

/** It has the fields that its words need. */
function isTellable(cause: Cause): boolean {
  try {
    return !describeCause(cause).includes("undefined");
  } catch {
    return false; // a field is missing or of another type
  }
}
