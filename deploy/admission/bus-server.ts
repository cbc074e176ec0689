/** A bus with its transfers. */
import type { Task } from "../../runtime/time/admission/task.ts";
import type { BoardServer } from "./board-server.ts";
import { type BusTime, longestUs, sumUs } from "./bus-time.ts";
import { stretchesOf, type Work } from "./jobs.ts";
import { HANDOVER_US } from "./machine.ts";

/**
 * All transfers of a job are one piece of work that gives way after each of them; due so early that the job has time
 * for its own run and the waits of the chip.
 */
export function busServer(name: string, time: BusTime, work: readonly Work[]): BoardServer {
  const owned = work.flatMap((each): { task: Task; owner: string }[] => {
    if (each.bus !== name) return [];
    const { owner, periodUs, band, cost } = each;
    const transfers = stretchesOf(cost).flatMap((stretch) => stretch.transfers);
    const waitsUs = stretchesOf(cost).reduce((sum, { waitUs }) => sum + waitUs, 0);
    const deadlineUs = each.deadlineUs - waitsUs - cost.budgetUs - transfers.length * HANDOVER_US;
    // No time for any transfer at all: what the cell is refused for.
    if (deadlineUs < 1) return [];
    const runUs = sumUs(transfers, time);
    const parts = [{ waitUs: 0, runUs }];
    return [
      {
        owner,
        task: { name: owner, periodUs, deadlineUs, band, parts, sliceUs: longestUs(transfers, time) },
      },
    ];
  });
  const starts = work.flatMap(({ bus, cost }) => (bus === name ? (cost.start ?? []) : []));
  const sliceUs = longestUs(
    starts.flatMap(({ transfers }) => transfers),
    time,
  );
  return {
    kind: "bus",
    name,
    server: { tasks: owned.map(({ task }) => task), sliceUs, pauses: [] },
    owners: new Map(owned.map(({ task, owner }) => [task, owner])),
  };
}
