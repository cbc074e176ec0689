/** Two processes in one cell, or in two: what links, monitors and exits do is the same. */
import type { Cell } from "../../../runtime/process/cell.ts";
import { exportPid, importPid, type Pid, processOf } from "../../../runtime/process/pid.ts";
import { handCell } from "./hand-cell.ts";
import { CellWeb } from "./model/cell-web.ts";

export interface Place {
  readonly here: Cell;
  readonly there: Cell;
  /** A pid of one side as the other side knows it. */
  across(pid: Pid): Pid;
  /** Runs everything until nothing is left to do now. */
  settle(): void;
  /** Lets time pass, from expiry to expiry. */
  pass(ms: number): void;
  /** Ends the cell `there`; what it had sent arrives first. Only with two cells. */
  endThere(): void;
}

export const PLACES: readonly { readonly name: string; readonly make: () => Place }[] = [
  { name: "in one cell", make: oneCell },
  { name: "between cells", make: twoCells },
];

function oneCell(): Place {
  const { cell, clock, until } = handCell();
  return {
    here: cell,
    there: cell,
    across: (pid) => pid,
    settle: () => void cell.run(),
    pass: (ms) => until(clock.now() / 1000 + ms),
    endThere: () => {},
  };
}

export function twoCells(): Place {
  const web = new CellWeb(2);
  const [here, there] = web.cells as [Cell, Cell];
  const settle = () => {
    do {
      for (const [n, cell] of web.cells.entries()) if (!web.isOver(n)) cell.run();
      while (web.pending > 0) web.step(0);
    } while (web.cells.some((cell, n) => !web.isOver(n) && cell.nextWakeUs() <= web.clock.now()));
  };
  return {
    here,
    there,
    across: (pid) => importPid(exportPid(pid)),
    settle,
    pass(ms) {
      const untilUs = web.clock.now() + ms * 1000;
      const next = () => Math.min(...web.cells.map((cell) => cell.nextWakeUs()));
      for (settle(); next() <= untilUs; settle()) web.clock.advanceTo(Math.max(next(), web.clock.now()));
      web.clock.advanceTo(untilUs);
    },
    endThere() {
      web.end(1);
      settle();
    },
  };
}

/** How many links, monitors and watchers a living process has. */
export function bondsOf(pid: Pid): { links: number; watching: number; watchers: number } {
  const { links, watching, watchers, abroad } = processOf(pid)!;
  return {
    links: (links?.size ?? 0) + (abroad?.links.size ?? 0),
    watching: watching?.size ?? 0,
    watchers: (watchers?.size ?? 0) + (abroad?.watchers.size ?? 0),
  };
}

/** No bonds at all. */
export const FREE = { links: 0, watching: 0, watchers: 0 };
