/**
 * What happened in a network of boards, as whoever it happened to wrote it down. No logic.
 *
 * Processes are named `board#life/number`, a board in one life of its runtime `board#life`. Entries of one process stand in
 * the order in which they happened; between processes only `atUs` tells, which is one clock for all of them.
 */

/** Of a message: what a sender numbers from 1 for each receiver, without holes. */
export type Numbered = { readonly n: number };

export type Happening =
  /** Before it is handed to the network. `lapses`: it has a deadline, and nobody needs a word when that was missed. */
  | ({ readonly what: "sent"; readonly to: string; readonly lapses?: true } & Numbered)
  | ({ readonly what: "received"; readonly from: string } & Numbered)
  /** Told that at least one message to it from that board was lost. */
  | { readonly what: "lost"; readonly board: string }
  /** Begins to monitor. */
  | { readonly what: "watched"; readonly of: string; readonly ref: number }
  | { readonly what: "down"; readonly of: string; readonly ref: number; readonly reason: string }
  /** Links itself with that one, who traps exits; the other side writes `tied` when it has heard of that. */
  | { readonly what: "linked"; readonly to: string }
  | { readonly what: "tied"; readonly to: string }
  | { readonly what: "exit"; readonly from: string; readonly reason: string }
  /** Holds an output on for a commander from now on for one lease; `n` is the order's. */
  | ({ readonly what: "renewed"; readonly by: string } & Numbered)
  | { readonly what: "off"; readonly why: "expired" | "commanderDown" }
  /** A process is over, by itself; a board's life is over, killed from outside. */
  | { readonly what: "ended" }
  /** Of a board: a link with another board, in that life, is up or over. */
  | { readonly what: "linkUp"; readonly peer: string }
  | { readonly what: "linkDown"; readonly peer: string; readonly cause: string }
  /** Of a board: its runtime stands still, and goes on (SIGSTOP, SIGCONT). */
  | { readonly what: "stopped" }
  | { readonly what: "continued" }
  /** Of the network, in words for people: what was done to it. `sign`: one character for a drawing. */
  | { readonly what: "fault"; readonly text: string; readonly sign?: string };

export type Entry = { readonly atUs: number; readonly who: string } & Happening;

/** A promise that a history shows to be broken. */
export interface Violation {
  readonly rule:
    | "order"
    | "once"
    | "invented message"
    | "silent loss"
    | "down twice"
    | "no down"
    | "invented down"
    | "exit twice"
    | "no exit"
    | "invented exit"
    | "lease not expired"
    | "old order obeyed";
  /** Who suffered it. */
  readonly who: string;
  readonly atUs: number;
  /** A sentence for people. */
  readonly text: string;
}

/** What boards were started with, and how exactly they are judged. */
export interface Times {
  readonly leaseUs: number;
  /** Longest silence of a link, us. */
  readonly lostUs: number;
  /** Oldest order that may be obeyed, us: its deadline and the longest that packets may be on their way. */
  readonly oldestUs: number;
  /** What the machine may be late by, us; next to nothing in virtual time. */
  readonly slackUs: number;
}

/** `greenhouse#2` of `greenhouse#2/14`. */
export function boardLifeOf(process: string): string {
  return process.split("/")[0]!;
}

/** `greenhouse` of `greenhouse#2/14` or `greenhouse#2`. */
export function boardOf(who: string): string {
  return who.split("#")[0]!;
}
