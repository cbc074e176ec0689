/** `holdfast update`: how the board's slots stand, and what it last told of an update; once, or whenever that changes. */
import { setPriority } from "node:os";
import { join } from "node:path";
import { readText } from "../board/durable-text.ts";
import { goBeforeTheGuardian } from "../board/memory-rank.ts";
import { livePlaceOf } from "../code/live-place.ts";
import { type LiveRecord, readLive } from "../code/live-record.ts";
import { type KeptNotice, NOTICE_FILE, readNotice } from "../update/notice.ts";
import type { SlotRecord } from "../update/slot-record.ts";
import type { UpdatePlace } from "../update/update-place.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** With `--json`, a line. */
export interface UpdateLine {
  readonly record: SlotRecord | null;
  readonly notice: KeptNotice | null;
  /** Present while drivers of one slot run beside programs of the other. */
  readonly live?: LiveRecord;
}

/** A follower can wait for everything else. */
const NICE = 19;
/** How often a follower looks, ms: two small files, or two sectors. */
const EVERY_MS = 1000;
/** A follower says the same again after so long, ms: so its other end knows that there is still a connection, and it that there is somebody. */
const AGAIN_MS = 15_000;

/** Throws `CliError` where there is no record. */
export function showUpdate(place: UpdatePlace, json: boolean): void {
  const line = lineOf(place);
  if (!json && line.record === null)
    throw new CliError(EXIT.failed, "the slot record cannot be read; push a release again");
  process.stdout.write(`${json ? JSON.stringify(line) : textOf(line)}\n`);
}

/** Until its standard input ends, which an ssh that is cut leaves behind, or the process is ended. */
export async function followUpdate(place: UpdatePlace, json: boolean): Promise<void> {
  goBeforeTheGuardian();
  setPriority(NICE);
  let isOver = false;
  process.stdin.on("end", () => {
    isOver = true;
  });
  process.stdin.resume();
  let shown = "";
  for (let sinceMs = 0; !isOver; sinceMs += EVERY_MS) {
    const line = lineOf(place);
    const text = json ? JSON.stringify(line) : textOf(line);
    if (text !== shown || (json && sinceMs >= AGAIN_MS)) {
      process.stdout.write(`${text}\n`);
      sinceMs = 0;
    }
    shown = text;
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
}

function lineOf(place: UpdatePlace): UpdateLine {
  const notice = readNotice(readText(join(place.notes, NOTICE_FILE)) ?? "");
  const record = place.records.read();
  const live = readLive(livePlaceOf(place));
  return { record: record ?? null, notice: notice ?? null, ...(live && { live }) };
}

function textOf({ record, notice, live }: UpdateLine): string {
  if (record === null) return "the slot record cannot be read; push a release again";
  const { active, trying, triesLeft, confirmed, refused, releases } = record;
  const release = releases[active]?.slice(0, 12) ?? "a release that nobody has named";
  const trial = trying === undefined ? "" : `; slot ${trying} is on trial, ${triesLeft} more boots`;
  const lines = [
    `runs ${release} from slot ${active}${confirmed ? "" : ", which no trial has proven yet"}${trial}`,
    ...(live === undefined
      ? []
      : [
          `went live: drivers of slot ${live.slot} run beside programs of slot ${live.beside}, until the board starts again`,
        ]),
    ...(notice === null
      ? []
      : [`last update: ${[notice.state, notice.version, notice.reason].filter(Boolean).join(", ")}`]),
    ...(refused.length === 0 ? [] : [`not tried again without --retry: ${refused.join(", ")}`]),
  ];
  return lines.join("\n");
}
