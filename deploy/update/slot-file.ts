/**
 * The slot record where slots are folders: a file of lines `name=value`, so that a shell reads it too, replaced as a
 * whole. Beside it lie the folders `a` and `b` and the link `current`.
 */
import { join } from "node:path";
import { readText, writeDurably } from "../board/durable-text.ts";
import {
  MOST_REASON_BYTES,
  MOST_REFUSED,
  MOST_TRIES,
  type ReleaseId,
  type Slot,
  type SlotRecord,
  type TrialOutcome,
} from "./slot-record.ts";
import type { SlotRecords } from "./slot-records.ts";

/** The file's name in the folder of slots. */
export const SLOT_FILE = "record";

const FORMAT = "1";
const OUTCOMES: readonly TrialOutcome[] = ["none", "confirmed", "fellBack", "reverted", "unreachable"];
/** Whether a boot comes up is counted where slots are of the machine alone: here the service starts what ends, and no watchdog counts before it. */
const NOT_COUNTED = { wayBack: false, unseenBoots: 0 } as const;
const ID = /^[0-9a-f]{32}$/;

export class SlotFile implements SlotRecords {
  readonly #file: string;

  /** In the folder of slots. */
  constructor(folder: string) {
    this.#file = join(folder, SLOT_FILE);
  }

  read(): SlotRecord | undefined {
    const text = readText(this.#file);
    return text === undefined ? undefined : decodeSlotText(text);
  }

  write(record: SlotRecord): void {
    writeDurably(this.#file, encodeSlotText(record));
  }
}

/** One line a field. A reason's line breaks become spaces. */
export function encodeSlotText(record: SlotRecord): string {
  const fields = {
    format: FORMAT,
    sequence: record.sequence,
    active: record.active,
    trying: record.trying ?? "",
    tries: record.triesLeft,
    confirmed: record.confirmed ? 1 : 0,
    release_a: record.releases.a ?? "",
    release_b: record.releases.b ?? "",
    outcome: record.outcome,
    outcome_of: record.outcomeOf ?? "",
    told: record.told ? 1 : 0,
    refused: record.refused.join(" "),
    reason: record.reason.replace(/\s+/g, " ").trim(),
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}

/** Undefined for a text that is no record: then whoever boots takes the slot that `current` leads to. */
export function decodeSlotText(text: string): SlotRecord | undefined {
  const fields = new Map(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
  const field = (name: string) => fields.get(name) ?? "";
  const sequence = Number(field("sequence"));
  const triesLeft = Number(field("tries"));
  const outcome = OUTCOMES.find((each) => each === field("outcome"));
  const active = slotOf(field("active"));
  const trying = slotOf(field("trying"));
  const refused = field("refused").split(" ").filter(isId).slice(-MOST_REFUSED);
  if (field("format") !== FORMAT || active === undefined || outcome === undefined) return undefined;
  if (!Number.isInteger(sequence) || sequence < 1 || trying === active) return undefined;
  if (!Number.isInteger(triesLeft) || triesLeft < 0 || triesLeft > MOST_TRIES) return undefined;
  return {
    sequence,
    active,
    trying,
    triesLeft,
    confirmed: field("confirmed") === "1",
    releases: { a: idOf(field("release_a")), b: idOf(field("release_b")) },
    outcome,
    outcomeOf: idOf(field("outcome_of")),
    reason: field("reason").slice(0, MOST_REASON_BYTES),
    told: field("told") === "1",
    ...NOT_COUNTED,
    refused,
  };
}

function slotOf(text: string): Slot | undefined {
  return text === "a" || text === "b" ? text : undefined;
}

function isId(text: string): text is ReleaseId {
  return ID.test(text);
}

function idOf(text: string): ReleaseId | undefined {
  return isId(text) ? text : undefined;
}
