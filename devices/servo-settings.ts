/** What a configuration says of a servo: its pulses at both ends, the angles there, and whether it is held. */
import * as v from "valibot";
import { duration, durationMs, quantity } from "./field.ts";

const pulse = (description: string, example: string) =>
  duration(description, { from: "100us", to: "5ms", example });

export const servoSettings = v.pipe(
  v.strictObject({
    minPulse: v.optional(pulse("Pulse at the lowest angle.", "500us"), "500us"),
    maxPulse: v.optional(pulse("Pulse at the highest angle.", "2500us"), "2500us"),
    minAngleDeg: v.optional(quantity("Lowest angle it may turn to.", -180, 180, "°"), 0),
    maxAngleDeg: v.optional(quantity("Highest angle it may turn to.", -180, 180, "°"), 180),
    restAfter: v.optional(
      duration(
        "Time after which the horn is there and the pulses end: friction holds it. Default: the pulses go on.",
        { from: "50ms", to: "1m", example: "1s" },
      ),
    ),
  }),
  v.forward(
    v.partialCheck(
      [["minPulse"], ["maxPulse"]],
      ({ minPulse, maxPulse }) => durationMs(maxPulse) > durationMs(minPulse),
      'longer than "minPulse"',
    ),
    ["maxPulse"],
  ),
  v.forward(
    v.partialCheck(
      [["minAngleDeg"], ["maxAngleDeg"]],
      ({ minAngleDeg, maxAngleDeg }) => maxAngleDeg > minAngleDeg,
      'above "minAngleDeg"',
    ),
    ["maxAngleDeg"],
  ),
  v.transform(({ minPulse, maxPulse, minAngleDeg, maxAngleDeg, restAfter }) => ({
    frequencyHz: 50,
    minPulseUs: durationMs(minPulse) * 1000,
    maxPulseUs: durationMs(maxPulse) * 1000,
    minAngleDeg,
    maxAngleDeg,
    ...(restAfter !== undefined && { settleMs: durationMs(restAfter) }),
  })),
);
