/** Makes the two ends of a new way between two cells: a port, a bell at each end, and what both count in. */
import { MessageChannel } from "node:worker_threads";
import type { PeerLink } from "./control-frame.ts";

/** Four words of credit (`credit.ts`), four of frames in the port (`port-counts.ts`). */
const COUNTS_BYTES = 32;

/** A cell as others reach it. */
export type CellEnd = Pick<PeerLink, "cell" | "incarnation" | "bell" | "foreign">;

/** The link by which `b` is to know `a`, and the one by which `a` is to know `b`. */
export function openWay(a: CellEnd, b: CellEnd): [PeerLink, PeerLink] {
  const { port1, port2 } = new MessageChannel();
  const counts = new SharedArrayBuffer(COUNTS_BYTES);
  const foreign = a.foreign || b.foreign;
  return [
    { ...a, port: port1, counts, side: 0, foreign },
    { ...b, port: port2, counts, side: 1, foreign },
  ];
}
