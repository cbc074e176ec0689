/** A cell under a clock turned by hand, and a trace of what its processes did. */
import { Cell } from "../../../runtime/process/cell.ts";
import type { CellOptions, CrashReport } from "../../../runtime/process/cell-contract.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";

export interface HandCell {
  readonly cell: Cell;
  readonly clock: VirtualClock;
  readonly trace: string[];
  readonly crashes: CrashReport[];
  /** Runs everything due, then cranks to `ms` from the start, stopping at every expiry. */
  until(ms: number): void;
}

export function handCell(options: Partial<CellOptions> = {}): HandCell {
  const clock = new VirtualClock(0);
  const crashes: CrashReport[] = [];
  const cell = new Cell({
    board: "bench",
    cell: "hand",
    incarnation: 1,
    clock,
    onCrash: (report) => crashes.push(report),
    ...options,
  });
  const until = (ms: number) => {
    cell.run();
    while (cell.nextWakeUs() <= ms * 1000) {
      clock.advanceTo(Math.max(clock.now(), cell.nextWakeUs()));
      cell.run();
    }
    clock.advanceTo(ms * 1000);
    cell.run();
  };
  return { cell, clock, trace: [], crashes, until };
}
