/** What a board's place on a broker is told at its start, and how it stands. No logic. */
import type { Command } from "../../devices/command-spec.ts";
import type { BrokerLogin } from "./broker-login.ts";
import type { CatalogueEntry, WorldSet } from "./command-gate.ts";
import type { LinkCompanion } from "./link-companion.ts";
import type { LinkTraffic } from "./link-traffic.ts";
import type { BoardIdentity, IdProblem } from "./status-watch.ts";

/** `offline`; `claiming`: connected, waits whether somebody else has its id; `live`; `silent`: somebody else has it. */
export type LinkState = "offline" | "claiming" | "live" | "silent";

/** The node of a broker that is used, and how it is spoken with. */
export interface BrokerNode {
  readonly url: string;
  readonly mqtt: "5" | "3.1.1";
}

export interface BoardLinkOptions {
  /** `mqtt://host:port` or `mqtts://host:port`; several, with commas between them, for the nodes of one broker. */
  readonly url: string;
  /** Asked at every attempt to connect. */
  readonly login?: () => BrokerLogin;
  /** Default `holdfast`. */
  readonly root?: string;
  readonly board: string;
  readonly identity: BoardIdentity;
  readonly version: string;
  /** Whether wall time can be believed. */
  readonly clock?: "synced" | "unsynced";
  /** Monotonic ms. */
  readonly now?: () => number;
  /** Wall time for events, ISO 8601; null while it is not set. */
  readonly at?: () => string | null;
  readonly catalogue: () => readonly CatalogueEntry[];
  /** A release is offered; absent: offers are refused as commands to a device that there is not. */
  readonly onOffer?: (payload: Uint8Array) => void;
  readonly onCommand: (device: string, command: Command) => void;
  readonly onWorld?: (device: string, set: WorldSet) => void;
  /** The state changed; `cause` is for people. */
  readonly onState?: (state: LinkState, cause: string) => void;
  /** `code`: where it is the board's id that is not its own. */
  readonly onProblem?: (text: string, code?: IdProblem) => void;
  /** Says what it has to say over this link, too. */
  readonly companion?: LinkCompanion;
  /** Speaks in packets of its own, by `packet`. */
  readonly traffic?: LinkTraffic;
  /** Emptied to the topic `outbox` with QoS 1 while the board is live. */
  readonly outbox?: MessageSource;
  readonly publishEveryMs?: number;
  readonly repeatMs?: number;
  /** Default 256. */
  readonly eventsKept?: number;
  /** Default 300. */
  readonly claimMs?: number;
  readonly keepaliveS?: number;
  readonly backoffMs?: { readonly min: number; readonly max: number };
}

/** Gives messages to `publish` until that says `false`; each `done` is called once. */
export interface MessageSource {
  take(publish: (payload: string, done: (error?: Error) => void) => boolean): void;
}
