/**
 * Ends cells that the watchdog found hung or late, with all that can be known of it: its outputs are fenced
 * already, so there is time to ask its thread what it does.
 */

import type { InterruptedCode } from "../../runtime/cell/interrupted-code.ts";
import type { Kernel } from "../../runtime/cell/kernel.ts";
import type { Finding } from "../../runtime/watchdog/finding.ts";
import { type Verdict, verdictOf } from "../../runtime/watchdog/verdict.ts";

/** A thread is asked what it does for so long, ms: a fifth of the time in which it must be gone. */
const ASK_MS = 50;

export interface HangDeskOptions {
  readonly kernel: Pick<Kernel, "endCell"> & {
    interrupt(name: string, incarnation: number, limitMs: number): Promise<InterruptedCode | undefined>;
  };
  tell(event: { kind: string; [key: string]: unknown }): void;
  /** The device whose process has this number in a cell; the cell itself where there is none. */
  deviceAt(cell: string, process: number): string;
  /** What the code of a device waits for, in words. */
  waitsFor(device: string, what: number): string;
}

interface Ended {
  readonly incarnation: number;
  /** Number of the process that ran last. */
  readonly process: number;
  /** Absent when it was for its memory. */
  readonly verdict?: Verdict;
}

export class HangDesk {
  readonly #options: HangDeskOptions;
  readonly #ended = new Map<string, Ended>();

  constructor(options: HangDeskOptions) {
    this.#options = options;
  }

  /** `hardDeadlineUs`: when its work should have been done, monotonic. */
  async found(finding: Finding, hardDeadlineUs: number): Promise<void> {
    const { kernel, tell, deviceAt, waitsFor } = this.#options;
    const { cause, cell, incarnation, lateUs, process } = finding;
    if (cause === "blocked") {
      const device = deviceAt(cell, process);
      const by = waitsFor(device, finding.waitsFor ?? 0);
      tell({ kind: "blocked", device, by, lateUs, hardDeadlineUs });
      return;
    }
    const culprit = culpritOf(finding);
    if (cause === "outOfMemory") {
      this.#ended.set(cell, { incarnation, process });
      kernel.endCell(cell, incarnation, cause, culprit);
      return;
    }
    const code = await kernel.interrupt(cell, incarnation, ASK_MS);
    const verdict = verdictOf(
      { ...finding, cause },
      code,
      hardDeadlineUs + lateUs + (finding.stalledUs ?? 0),
    );
    this.#ended.set(cell, { incarnation, process, verdict });
    const { cause: kind, ...about } = verdict;
    // Who lives in the cell is known until it has ended.
    const device = deviceAt(cell, culprit || process);
    kernel.endCell(cell, incarnation, kind, culprit);
    tell({ kind, device, hardDeadlineUs, ...about });
  }

  /** Why that life was ended, once; `undefined` when the watchdog had nothing to do with it. */
  take(cell: string, incarnation: number): Ended | undefined {
    const known = this.#ended.get(cell);
    if (known?.incarnation !== incarnation) return undefined;
    this.#ended.delete(cell);
    return known;
  }
}

/** Number of the process that the cell ends for; 0 when none is to blame: it was not run, or did not wake up. */
function culpritOf({ cause, process, behind = 0 }: Finding): number {
  return cause === "late" ? behind : process;
}
