/** Boards of the demo that need not fit: read without admission. */
import type { BoardConfig } from "../../../deploy/config/board-schema.ts";
import { type Change, demoWith } from "../demo-board.ts";

/** The demo with changes, as the plans take it; the changes have to be right in all but their timing. */
export function unadmitted(...changes: readonly Change[]): BoardConfig {
  return JSON.parse(demoWith(...changes)) as BoardConfig;
}
