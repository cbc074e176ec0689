/** What a board tells of its links with others, and what is commanded over them. */
import type { Connection } from "./connection.ts";
import type { Board } from "./dashboard.ts";
import { type Device, readBack, remaining, stateIsOld } from "./device.ts";
import { own } from "./own.ts";
import type { Receipt } from "./reading.ts";
import { asNumber, asObject, asString, asTime, decodeObject, mapFields } from "./wire-fields.ts";

/** One link as its board sees it. */
export interface LinkTold {
  readonly up: boolean;
  /** Since when, by the board's wall clock; null where it has none or the link never changed. */
  readonly sinceMs: number | null;
  readonly cause: string | null;
  readonly roundTripMs: number | null;
}

/** `<board>/status/links`. */
export interface LinksTold {
  readonly peers: Readonly<Record<string, LinkTold>>;
  readonly receipt: Receipt;
}

/** Undefined when the payload is not what the topic promises. */
export function decodeLinks(json: string): LinksTold["peers"] | undefined {
  const fields = decodeObject(json);
  if (asObject(fields?.peers) === undefined) return undefined;
  return mapFields(fields?.peers, (raw) => {
    const { up, since, cause, roundTripMs } = asObject(raw) ?? {};
    if (typeof up !== "boolean") return undefined;
    return {
      up,
      sinceMs: asTime(since),
      cause: asString(cause) ?? null,
      roundTripMs: asNumber(roundTripMs) ?? null,
    };
  });
}

/** How a link is drawn. `oneWay`: this board says it is up, the other one that it is not. */
export type LinkState = "up" | "oneWay" | "down" | "unknown";

/** `peer`: the other board as far as it has told of itself. */
export function linkState(
  board: Board,
  peerId: string,
  peer: Board | undefined,
  connection: Connection,
): LinkState {
  const told = board.links && own(board.links.peers, peerId);
  if (told === undefined || board.links === undefined || isOld(board.links, board, connection))
    return "unknown";
  if (!told.up) return "down";
  const back = peer?.links && own(peer.links.peers, board.id);
  const knows = back !== undefined && peer?.links !== undefined && !isOld(peer.links, peer, connection);
  return knows && !back.up ? "oneWay" : "up";
}

/** How long a command lasts, and what is left where the next one is overdue. */
export interface FlowLease {
  readonly forMs: number;
  readonly left: { readonly ms: number; readonly atMost: boolean } | undefined;
}

/** A controller of one board that drives an output of another. */
export interface Flow {
  readonly controller: string;
  readonly device: string;
  /** From the board that is looked at to the other one. */
  readonly isOut: boolean;
  /** The level read back; undefined while nobody can say. */
  readonly on: boolean | undefined;
  /** Undefined where nobody commands it from there, and where nobody can say. */
  readonly lease: FlowLease | undefined;
}

/** All that is commanded between the two, by name; `peer` undefined: nothing is known of it. */
export function flowsBetween(
  board: Board,
  peerId: string,
  peer: Board | undefined,
  { connection, nowMs }: { readonly connection: Connection; readonly nowMs: number },
): readonly Flow[] {
  const out = drivers(board, peerId).map(({ id, output }) => flow(id, board.id, output, peer, true));
  const back =
    peer === undefined
      ? []
      : drivers(peer, board.id).map(({ id, output }) => flow(id, peerId, output, board, false));
  return [...out, ...back];

  function flow(
    controller: string,
    from: string,
    device: string,
    at: Board | undefined,
    isOut: boolean,
  ): Flow {
    const found = at && own(at.devices, device);
    const isKnown = found !== undefined && !stateIsOld(found, connection, at?.offlineSinceMs);
    return {
      ...{ controller, device, isOut },
      on: isKnown ? isOn(found) : undefined,
      lease: isKnown ? leaseOf(found, `${controller}@${from}`, nowMs) : undefined,
    };
  }
}

function drivers(board: Board, at: string): readonly { readonly id: string; readonly output: string }[] {
  return Object.values(board.devices).flatMap(({ id, state }) => {
    const [output = "", other] = (state?.drives ?? "").split("@");
    return other === at ? [{ id, output }] : [];
  });
}

function isOn(device: Device): boolean | undefined {
  const value = (readBack(device, "on") ?? readBack(device, "level"))?.value;
  return typeof value === "boolean" ? value : typeof value === "number" ? value > 0 : undefined;
}

function leaseOf({ state, stateReceipt }: Device, by: string, nowMs: number): FlowLease | undefined {
  const lease = state?.lease ?? null;
  if (lease === null || lease.by !== by) return undefined;
  const { forMs, remainingMs } = lease;
  return { forMs, left: remainingMs < forMs ? remaining(remainingMs, stateReceipt, nowMs) : undefined };
}

function isOld({ receipt }: LinksTold, board: Board, connection: Connection): boolean {
  return (
    connection.phase !== "online" ||
    board.offlineSinceMs !== undefined ||
    receipt.session !== connection.session
  );
}
