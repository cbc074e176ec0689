/** The section `mqtt.outbox`: what waits for the broker on the card, how much, how long. */
import * as v from "valibot";
import { duration, durationMs, whole } from "../../devices/field.ts";
import type { OutboxLimits } from "../outbox/outbox-contract.ts";
import { size } from "./size-field.ts";
import { parseSizeBytes } from "./size-text.ts";

const optional = v.exactOptional;
const DEFAULTS = { size: "16MB", age: "7d", syncEvery: "5s", syncRecords: 500 } as const;

/** Events that somebody has to learn of, however late: what broke, what went to its safe level by itself, what was lost. */
export const KEPT_EVENTS: readonly string[] = [
  ..."boot lastEnd update crash cellEnded hung gaveUp startFailed contract guardianLate mode".split(" "),
  ..."unsafe railOff fenced leaseExpired holdEnded maxOn maxOnLatched inputStuck edgesLost edgeStorm".split(
    " ",
  ),
  ..."busStuck outboxDropped outboxFailed outboxRepaired".split(" "),
];

export const outboxSchema = v.pipe(
  v.strictObject({
    size: optional(
      size(`Most that is kept; beyond it the oldest goes. Default: ${DEFAULTS.size}.`, "1MB", "4GB", "16MB"),
    ),
    age: optional(
      duration(
        `Oldest that is kept, in time that the board ran; looked at once an hour. Default: ${DEFAULTS.age}.`,
        { from: "1h", example: DEFAULTS.age },
      ),
    ),
    syncEvery: optional(
      duration(
        `What waits for the broker is on the card after so long: the most that a power cut loses. Default: ${DEFAULTS.syncEvery}.`,
        { from: "100ms", to: "10m", example: DEFAULTS.syncEvery },
      ),
    ),
    syncRecords: optional(
      whole(`As many are written at once, also before that. Default: ${DEFAULTS.syncRecords}.`, 1, 4000),
    ),
    events: optional(
      v.pipe(
        v.array(v.pipe(v.string(), v.regex(/^[a-zA-Z]{1,32}$/))),
        v.description(`Kinds of events that are kept. Default: ${KEPT_EVENTS.join(", ")}.`),
        v.metadata({ errorMessage: 'a list of kinds of events, such as ["crash", "mode"]' }),
      ),
    ),
  }),
  v.description(
    "What is kept for a broker that cannot be reached. Without it the defaults hold where the board uses a broker elsewhere, and nothing is kept for its own.",
  ),
);

export type OutboxConfig = v.InferOutput<typeof outboxSchema>;

/** Bounds in numbers, defaults filled in. */
export function outboxLimits(outbox: OutboxConfig = {}): OutboxLimits {
  const { size: text, age, syncEvery, syncRecords } = { ...DEFAULTS, ...outbox };
  return {
    sizeBytes: parseSizeBytes(text)!,
    ageMs: durationMs(age),
    syncEveryMs: durationMs(syncEvery),
    syncRecords,
  };
}
