/** Whether somebody keeps what devices want kept. */
import type { BoardDraft } from "./draft.ts";
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `--broker` on the command line is not known here, so this is no more than a warning. */
export function checkOutbox({ devices }: BoardDraft, mqtt: unknown, report: Report): void {
  const { url, outbox } = isPlainObject(mqtt) ? mqtt : {};
  if (url !== undefined || outbox !== undefined) return;
  for (const { at, written } of devices) {
    if (!written.has("keepEvery")) continue;
    report.warning(
      [...at, "keepEvery"],
      'nothing is kept for the board\'s own broker, which is there whenever the board is; write "url" of "mqtt" for another ' +
        'broker, or "outbox": {} there to keep it all the same',
    );
  }
}
