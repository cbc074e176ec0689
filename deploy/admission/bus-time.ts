/** How long transfers keep a bus. */
import type { TransferSize } from "../../devices/job-cost.ts";
import { spiTransferUs, transferUs } from "../../firmware/transfer-time.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { busClock } from "../config/wired-buses.ts";
import { BUS_TURN_US } from "./machine.ts";

/** How long one transfer keeps a bus, us. */
export type BusTime = (transfer: TransferSize) => number;

/**
 * Time of a bus of the configuration, what opens the channel of a transfer and the guardian's turn after each included. Requests to 1-wire are
 * answered from memory: what goes over that wire, the kernel does while nobody waits. Throws TypeError for a bus that
 * is not there.
 */
export function busTime(config: BoardConfig, bus: string): BusTime {
  const clock = busClock(config, bus);
  if (clock === undefined) throw new TypeError(`no bus ${bus}`);
  const { kind, hz } = clock;
  if (kind === "w1") return () => BUS_TURN_US;
  if (kind === "spi") return (transfer) => spiTransferUs(transfer, hz) + BUS_TURN_US;
  const selectUs = transferUs({ write: 1, read: 0 }, hz) + BUS_TURN_US;
  return (transfer) => transferUs(transfer, hz) + BUS_TURN_US + (transfer.selects ?? 0) * selectUs;
}

/** The longest of them, us; 0 when there is none. */
export function longestUs(transfers: readonly TransferSize[], time: BusTime): number {
  return Math.max(0, ...transfers.map(time));
}

/** All of them, us. */
export function sumUs(transfers: readonly TransferSize[], time: BusTime): number {
  return transfers.reduce((sum, transfer) => sum + time(transfer), 0);
}
