/** The cell that speaks with other boards, over a channel between threads in the place of a broker. */
import { randomBytes } from "node:crypto";
import { BroadcastChannel } from "node:worker_threads";
import { BoardExchange } from "../../runtime/boards/board-exchange.ts";
import type { BoardRights } from "../../runtime/boards/board-rights.ts";
import type { BoardExchangeOptions } from "../../runtime/boards/exchange-options.ts";
import { LINK_LIMITS } from "../../runtime/boards/session.ts";
import { pairKey } from "../../runtime/boards/session-keys.ts";
import type { BoardGate } from "../../runtime/cell/board-gate.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-start.ts";
import type { CellResources } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { REPORT } from "./cell-bodies.ts";

export const BOARDS = ["greenhouse", "pumphouse"] as const;

/** Nothing is hidden from anybody, but a group of that name. */
export const ALL_BUT_PRIVATE: BoardRights = { shows: () => true, shares: (_, group) => group !== "private" };

export interface LinkPlan {
  readonly board: string;
  readonly channel: string;
}

/** On the channel: a packet, or whether the channel is cut. */
export type OnChannel =
  | { readonly from: string; readonly to: string; readonly bytes: Uint8Array }
  | { readonly cut: boolean };

interface LinkResources extends CellResources {
  readonly plan: LinkPlan;
  readonly gate: BoardGate;
  nowUs(): number;
}

/** `told`: what other boards did that they may not. */
export function exchangeOptions(
  board: string,
  publish: (to: string, bytes: Uint8Array) => void,
  nowUs: () => number,
  told: (line: string) => void,
): Omit<BoardExchangeOptions, "own"> {
  return {
    us: { board, uid: Uint8Array.from(Buffer.alloc(16, board)), incarnation: 1 },
    // A cut is seen soon enough for a test, and a shared machine that stands still is none.
    limits: { ...LINK_LIMITS, heartbeatUs: 500_000, lostUs: 6_000_000 },
    rights: ALL_BUT_PRIVATE,
    keyFor: (other) => pairKey(Buffer.from("secret"), board, other),
    publish,
    random: (length) => randomBytes(length),
    nowUs,
    wallMs: () => Number.NaN,
    offended: (other, offence, what) =>
      told(`${other}: ${what === undefined ? offence : `${offence} ${what}`}`),
  };
}

export function linkSetup({ boards, clock, data }: CellEnvironment): LinkResources {
  return { plan: data as LinkPlan, gate: boards!, nowUs: () => clock.now() };
}

/** Until it is told to end. */
export function* linkCell(self: Self<string>): ProcessGenerator {
  const { plan, gate, nowUs } = self.resources as LinkResources;
  const { board } = plan;
  const channel = new BroadcastChannel(plan.channel);
  let isCut = false;
  const publish = (to: string, bytes: Uint8Array) => {
    if (!isCut) channel.postMessage({ from: board, to, bytes } satisfies OnChannel);
  };
  const meet = () => {
    for (const other of BOARDS) if (other !== board) gate.present(other, 1);
  };
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: OnChannel };
    if ("cut" in data) {
      isCut = data.cut;
      if (!isCut) meet();
    } else if (data.to === board && !isCut) gate.packet(data.from, data.bytes);
  };
  const report = self.poster<string>();
  gate.open((own) => new BoardExchange({ ...exchangeOptions(board, publish, nowUs, report), own }), {
    up: () => {},
    down: () => {},
    meddled: () => {},
  });
  meet();
  for (let said: unknown = ""; typeof said === "string"; said = yield* self.receive())
    if (said !== "") self.send(REPORT, said);
  channel.close();
}
