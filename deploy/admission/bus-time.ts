/** How long transfers keep a bus. */
import type { TransferSize } from "../../devices/job-cost.ts";
import { transferUs } from "../../firmware/transfer-time.ts";
import { BUS_TURN_US } from "./machine.ts";

/** One transfer with what opens its channel, and the guardian's turn after each, us. */
export function busUs(transfer: TransferSize, hz: number): number {
  const { selects = 0 } = transfer;
  return (
    transferUs(transfer, hz) + BUS_TURN_US + selects * (transferUs({ write: 1, read: 0 }, hz) + BUS_TURN_US)
  );
}

/** The longest of them, us; 0 when there is none. */
export function longestUs(transfers: readonly TransferSize[], hz: number): number {
  return Math.max(0, ...transfers.map((transfer) => busUs(transfer, hz)));
}

/** All of them at so much each, us. */
export function sumUs(transfers: readonly TransferSize[], us: (transfer: TransferSize) => number): number {
  return transfers.reduce((sum, transfer) => sum + us(transfer), 0);
}
