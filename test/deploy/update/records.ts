/** Records as a board may have them, for properties. */
import fc from "fast-check";
import { MOST_REFUSED, type SlotRecord } from "../../../deploy/update/slot-record.ts";

export const releaseId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .filter((bytes) => bytes.some((byte) => byte !== 0))
  .map((bytes) => Buffer.from(bytes).toString("hex"));

const optionalId = fc.option(releaseId, { nil: undefined });

/** Any record that can be written. */
export const anyRecord: fc.Arbitrary<SlotRecord> = fc
  .record({
    sequence: fc.integer({ min: 1, max: 0xffffffff }),
    active: fc.constantFrom("a" as const, "b" as const),
    isTrying: fc.boolean(),
    triesLeft: fc.integer({ min: 0, max: 15 }),
    confirmed: fc.boolean(),
    releases: fc.tuple(optionalId, optionalId).map(([a, b]) => ({ a, b })),
    outcome: fc.constantFrom("none", "confirmed", "fellBack", "reverted", "unreachable" as const),
    outcomeOf: optionalId,
    reason: fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => Buffer.byteLength(text) <= 160),
    told: fc.boolean(),
    wayBack: fc.boolean(),
    unseenBoots: fc.nat(15),
    refused: fc.array(releaseId, { maxLength: MOST_REFUSED }),
  })
  .map(({ isTrying, ...record }) => ({
    ...record,
    trying: isTrying ? (record.active === "a" ? "b" : "a") : undefined,
  }));
