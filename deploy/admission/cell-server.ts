/** A cell with its jobs, each of which does nothing else while it waits for a transfer. */
import type { TransferSize } from "../../devices/job-cost.ts";
import type { Task } from "../../runtime/time/admission/task.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import type { BoardServer } from "./board-server.ts";
import { busTime, longestUs, sumUs } from "./bus-time.ts";
import type { CellMembers } from "./cell-members.ts";
import { stretchesOf, type Work } from "./jobs.ts";
import { HANDOVER_US, type Machine } from "./machine.ts";

/** The cell of these members; `all` cells, because transfers of the others come first. */
export function cellServer(
  config: BoardConfig,
  { name, members: owners }: CellMembers,
  all: readonly CellMembers[],
  work: readonly Work[],
  { sliceUs, collection }: Machine,
): BoardServer {
  const own = work.filter(({ owner }) => owners.includes(owner));
  const others = all.filter((cell) => cell.name !== name);
  const transferOf = (bus: string) => {
    const time = busTime(config, bus);
    // Requests carry the time at which they were made and one limit for all, so who asked first is served first; and
    // a cell asks for one transfer at a time. So each of the other cells comes first once.
    const ahead = others.reduce(
      (sum, cell) => sum + longestUs(transfersOn(bus, work, cell.members), time),
      0,
    );
    return (transfer: TransferSize) => HANDOVER_US + ahead + time(transfer);
  };
  const owned = own.map((each) => ({
    each,
    task: cellTask(each, each.bus === undefined ? () => 0 : transferOf(each.bus)),
  }));
  const starts = own.flatMap(({ bus, cost: { start = [] } }) =>
    bus === undefined ? [] : start.map(({ transfers }) => sumUs(transfers, transferOf(bus))),
  );
  return {
    kind: "cell",
    name,
    // A device that starts anew is in nobody's service: it counts as a slice that others wait for.
    server: {
      tasks: owned.map(({ task }) => task),
      sliceUs: Math.max(sliceUs, ...starts),
      pauses: [collection],
    },
    owners: new Map(owned.map(({ task, each }) => [task, each.owner])),
  };
}

/** The budget in equal parts for the stretches, and what it asks of others: the cell waits and does nothing else. */
function cellTask(
  { name, periodUs, deadlineUs, band, cost }: Work,
  perTransfer: (transfer: TransferSize) => number,
): Task {
  const stretches = stretchesOf(cost);
  const shareUs = Math.ceil((cost.budgetUs + (cost.requests ?? 0) * HANDOVER_US) / stretches.length);
  const parts = stretches.map(({ waitUs, transfers }) => ({
    waitUs,
    runUs: shareUs + sumUs(transfers, perTransfer),
  }));
  return { name, periodUs, deadlineUs, band, parts };
}

function transfersOn(bus: string, work: readonly Work[], owners: readonly string[]): readonly TransferSize[] {
  return work
    .filter((each) => each.bus === bus && owners.includes(each.owner))
    .flatMap(({ cost: { start = [], sample = [] } }) => [...start, ...sample])
    .flatMap(({ transfers }) => transfers);
}
