import { closeSync, openSync, readSync } from "node:fs";

/** How often /proc/stat is read. */
const EVERY_MS = 500;
/** More than this share of the time taken away counts as a machine that cannot keep time. */
const STOLEN_SHARE = 0.03;

const memory = Buffer.alloc(512);

/**
 * Does a hypervisor take the processors away from us? On such a machine threads stand still for 100 ms and
 * more without any fault of theirs (seen: half of the time stolen, p99 of a 10 ms sleep 75 ms late). On a Pi
 * nothing is ever stolen.
 */
export class StealGauge {
  readonly #timer: NodeJS.Timeout;
  #last = readCpuLine();
  #share = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = readCpuLine();
      const total = now.total - this.#last.total;
      // The last two readings count: a stall is accounted for only when it is over.
      const share = total > 0 ? (now.steal - this.#last.steal) / total : 0;
      this.#share = Math.max(share, this.#share / 2);
      this.#last = now;
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** True when the machine was not ours for a noticeable part of the last second or so. */
  get stolen(): boolean {
    return this.#share > STOLEN_SHARE;
  }
}

/** Ticks in all states and ticks stolen, of all processors together: line `cpu` of proc_stat(5). */
export function parseCpuLine(text: string): { readonly total: number; readonly steal: number } {
  const fields = (/^cpu +(.*)$/m.exec(text)?.[1] ?? "").split(" ").map(Number);
  // guest times are contained in user and nice
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  return { total, steal: fields[7] ?? 0 };
}

function readCpuLine(): { readonly total: number; readonly steal: number } {
  try {
    const fd = openSync("/proc/stat", "r");
    try {
      return parseCpuLine(memory.toString("latin1", 0, readSync(fd, memory, 0, memory.length, 0)));
    } finally {
      closeSync(fd);
    }
  } catch {
    return { total: 0, steal: 0 }; // no /proc: nothing is known to be stolen
  }
}
