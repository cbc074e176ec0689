/** Machines on one switch, with a cable each that can be pulled. */
import type { ChildProcess } from "node:child_process";

/** `to`: nothing reaches the host any more; `from`: nothing of it reaches others. No side is told. */
export type Cut = "both" | "to" | "from";

export interface Hosts {
  /** For people: what stands for machines. */
  readonly kind: "network namespaces" | "loopback";
  /** Of the host that all others can reach: the broker's. */
  readonly hubAddress: string;
  /** Starts a program there; `hub` is the broker's host. What it prints is seen where it is `inherit`. */
  start(host: string, program: string, args: readonly string[], output: "inherit" | "ignore"): ChildProcess;
  /** Pulls its cable; false where there is none to pull: then whatever carries its bytes has to hold them. */
  cut(host: string, cut: Cut): boolean;
  /** Plugs it in again. */
  heal(host: string): void;
  /** Nothing is left of them. */
  close(): void;
}
