/**
 * A card as a power cut leaves it. What was flushed is on it. Of what was written later each sector may be there or not, in any
 * order: a card has a cache of its own, and nobody promises when that is emptied, nor that a write is all or nothing.
 */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { type LoggedWrite, SECTOR_BYTES } from "./write-log.ts";

export interface Written {
  /** The card before the first of the writes. */
  readonly card: string;
  readonly log: string;
  readonly writes: readonly LoggedWrite[];
}

/**
 * Makes `out`: the card of a cut right after the first `count` writes; what was not flushed by then is there by `isKept`, asked for each
 * sector. Without it all is there, as where QEMU is killed.
 */
export function cardAfterCut(
  { card, log, writes }: Written,
  count: number,
  out: string,
  isKept: () => boolean = () => true,
): void {
  execFileSync("cp", ["--sparse=always", card, out]);
  const [from, to] = [openSync(log, "r"), openSync(out, "r+")];
  const flushed = writes.slice(0, count).findLastIndex(({ isFlush }) => isFlush);
  try {
    for (const [index, write] of writes.slice(0, count).entries()) {
      const content = Buffer.alloc(write.bytes);
      readSync(from, content, 0, write.bytes, write.from);
      if (index < flushed) writeSync(to, content, 0, write.bytes, write.at);
      else writeSome(to, content, write.at, isKept);
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

function writeSome(to: number, content: Buffer, at: number, isKept: () => boolean): void {
  for (let byte = 0; byte < content.length; byte += SECTOR_BYTES)
    if (isKept()) writeSync(to, content, byte, SECTOR_BYTES, at + byte);
}
