/** What runs beside the devices of a board, and how much of the machine it takes: declared, with what was measured. */
import { availableParallelism } from "node:os";
import { durationMs } from "../../devices/field.ts";
import type { Pause } from "../../runtime/time/admission/task.ts";
import type { BoardConfig } from "../config/board-schema.ts";

/** What admission knows of the machine. */
export interface Machine {
  readonly cores: number;
  /** Longest slice of whoever is no job of the cell, us. */
  readonly sliceUs: number;
  /** Garbage collection in each cell. */
  readonly collection: Pause;
}

/** Longest slice of a process, as the runtime watches it. */
export const LONGEST_SLICE = "2ms";
/**
 * Garbage collection in a cell. Measured in the cells of the demo board (8 MB, v8.GCProfiler): none but young
 * generations, 1.2 to 1.5 ms at the median; 8.7 ms once, on two cores that eight others used as well.
 */
export const LONGEST_COLLECTION = "5ms";
/** Least distance of two. Measured: 4 to 9 in 70 s. */
const COLLECTION_EVERY_US = 1_000_000;

/** Threads and processes beside the cells, in millionths of a core; measured on a desktop with the demo board, a third. */
export const OVERHEADS: readonly { readonly name: string; readonly usePpm: number }[] = [
  { name: "guardian", usePpm: 60_000 }, // 18,000
  { name: "watchdog", usePpm: 30_000 }, // 9,200
  { name: "kernel", usePpm: 20_000 }, // 4,000
  { name: "mqtt", usePpm: 40_000 }, // 11,200
  { name: "reader", usePpm: 10_000 }, // 1,700
];

/** Share of a core that one cell may spin, and all of them together (runtime/time). */
export const SPIN_PPM = { cell: 100_000, board: 200_000 } as const;

/**
 * From a request into the cell's pipe to the answer in its mailslot, without the bus: 120 to 155 us measured at the
 * median, on a desktop (firmware/decisions/0002).
 */
export const HANDOVER_US = 250;

/** From the end of a transfer to the start of the next one that waits: a turn of the guardian's loop. */
export const BUS_TURN_US = 100;

/** As the configuration says; `cores`: of the machine, where it does not. */
export function machineOf({ admission = {} }: BoardConfig, cores = availableParallelism()): Machine {
  const { longestSlice = LONGEST_SLICE, collection = LONGEST_COLLECTION } = admission;
  return {
    cores: admission.cores ?? cores,
    sliceUs: Math.round(durationMs(longestSlice) * 1000),
    collection: { us: Math.round(durationMs(collection) * 1000), everyUs: COLLECTION_EVERY_US },
  };
}
