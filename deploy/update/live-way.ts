/** Whether a release goes live on a board, without a restart. Pure. */
import { notLive } from "../release/live-change.ts";
import type { Manifest } from "../release/manifest.ts";
import type { SlotRecord } from "./slot-record.ts";

export interface LiveWay {
  readonly record: SlotRecord;
  /** Of what runs; undefined where nobody wrote it down. */
  readonly running: Manifest | undefined;
  readonly next: Pick<Manifest, "liveFrom" | "payloads" | "target" | "node" | "configurations">;
}

/**
 * Why a release that says that it may go live goes by its slot all the same, a sentence; undefined: it may be tried live. What
 * the release says is compared with its files: a maker may err.
 */
export function whyBySlot({ record, running, next }: LiveWay): string | undefined {
  const { liveFrom } = next;
  const active = record.releases[record.active];
  if (liveFrom === undefined) return "it does not say that it may go live";
  if (active !== liveFrom)
    return `it goes live from release ${liveFrom.slice(0, 12)}, and ${active === undefined ? "an unknown one" : active.slice(0, 12)} runs`;
  if (running === undefined) return "what runs is not written down here, so nothing can be compared with it";
  const others = notLive(running, next);
  if (others.length === 0) return undefined;
  return `it says so, but ${others.slice(0, 5).join(", ")}`;
}
