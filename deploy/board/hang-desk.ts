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
  /** What the code of a cell waits for, in words. */
  waitsFor(cell: string, what: number): string;
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
    const { kernel, tell, waitsFor } = this.#options;
    const { cause, cell, incarnation, lateUs } = finding;
    if (cause === "blocked") {
      const by = waitsFor(cell, finding.waitsFor ?? 0);
      tell({ kind: "blocked", device: cell, by, lateUs, hardDeadlineUs });
      return;
    }
    const { process } = finding;
    if (cause === "outOfMemory") {
      this.#ended.set(cell, { incarnation, process });
      kernel.endCell(cell, incarnation, cause);
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
    kernel.endCell(cell, incarnation, kind);
    tell({ kind, device: cell, hardDeadlineUs, ...about });
  }

  /** Why that life was ended, once; `undefined` when the watchdog had nothing to do with it. */
  take(cell: string, incarnation: number): Ended | undefined {
    const known = this.#ended.get(cell);
    if (known?.incarnation !== incarnation) return undefined;
    this.#ended.delete(cell);
    return known;
  }
}
