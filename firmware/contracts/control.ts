/**
 * The control channel between the runtime's main thread and the guardian: newline-delimited JSON over
 * descriptor 3 of the runtime. Each message is an object with exactly one of these keys.
 */
import type { BusReport } from "./bus-report.ts";

/** What one owner may touch. Outputs have one owner; inputs and I2C addresses may have several. */
export interface Grant {
  /** Owner slot, 0 .. slots - 1. */
  readonly owner: number;
  /** Greater than any epoch this owner had before, u32. */
  readonly epoch: number;
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** Chips on buses of every kind: by I2C address, SPI chip select, place on a 1-wire bus. */
  readonly i2c: readonly { readonly bus: string; readonly address: number }[];
}

export interface OwnerEpoch {
  readonly owner: number;
  readonly epoch: number;
}

/** Outputs that pass from one living owner to another; their levels and clocks run on. */
export interface Takeover {
  readonly outputs: readonly string[];
  readonly from: OwnerEpoch;
  readonly to: OwnerEpoch;
  /**
   * A new version on trial: when `to` ends, however it does, its outputs are `from`'s again as they are; when `from`
   * ends, `to` ends with it. A later take-over between the two without this makes it final.
   */
  readonly lend?: true;
}

export interface WorldSet {
  /** Echoed in the answer. */
  readonly id: number;
  readonly device: string;
  readonly set: Readonly<Record<string, unknown>>;
}

/** Runtime to guardian. */
export type ToGuardian =
  | { readonly grant: Grant }
  /** Orderly end: the owner's outputs go to their safe levels. */
  | { readonly revoke: OwnerEpoch }
  /** The owner crashed or hangs: its outputs follow `onCrash`, the epoch is barred. */
  | { readonly fence: OwnerEpoch }
  | { readonly transfer: Takeover }
  /** An operator acknowledges the `maxOn` fault of an output. */
  | { readonly clear: { readonly line: string } }
  | { readonly world: WorldSet }
  | { readonly stats: true }
  | { readonly buses: true }
  | { readonly latched: true };

/** Guardian to runtime. */
export type ToRuntime =
  | { readonly granted: Granted }
  | { readonly refused: OwnerEpoch & { readonly reason: string } }
  | { readonly transferred: OwnerEpoch }
  | { readonly world: { readonly id: number; readonly error?: string } }
  | { readonly stats: Readonly<Record<string, number>> }
  | { readonly buses: readonly BusReport[] }
  /** Lines of the outputs that `maxOn` has latched off. */
  | { readonly latched: readonly string[] }
  | { readonly event: GuardianEvent }
  /** An orderly stop: outputs are at their safe levels, requests are answered `fenced`, SIGTERM follows. */
  | { readonly stopping: true };

/** The numbers that frames use for the granted names. */
export interface Granted extends OwnerEpoch {
  readonly lines: Readonly<Record<string, number>>;
  readonly buses: Readonly<Record<string, number>>;
}

/**
 * What is done about a bus that is held or a chip that does not answer: the chip is reset by line or command, nine
 * clocks, the multiplexers are reset, the power is cycled, the chip is kept off the bus (`quarantine`), is let back
 * because the bus was held without it (`acquitted`) or because it answers again (`back`).
 */
export type BusRung = "reset" | "clocks" | "muxReset" | "rail" | "quarantine" | "acquitted" | "back";

/** What the guardian did by itself; `atUs` monotonic. */
export type GuardianEvent = { readonly atUs: number } & (
  | { readonly kind: "leaseExpired" | "maxOn" | "maxOnLatched" | "holdEnded"; readonly line: string }
  /** An operator acknowledged that `maxOn` had latched the output off. */
  | { readonly kind: "faultCleared"; readonly line: string }
  /** The guardian took the power from the loads behind an expander, whose output `for` does not reach its safe level. */
  | { readonly kind: "railOff"; readonly line: string; readonly for: string }
  /** Another output of its interlock group was wanted on: this one went off for it. */
  | { readonly kind: "gaveWay"; readonly line: string }
  /** An output does not read back its safe level; it is driven again every 100 ms and told every 10 s. */
  | { readonly kind: "unsafe"; readonly line: string; readonly level: number | null }
  | {
      readonly kind: "readBack";
      readonly line: string;
      readonly written: number;
      readonly level: number | null;
    }
  | {
      readonly kind: "fenced";
      readonly owner: number;
      readonly epoch: number;
      readonly lines: readonly string[];
    }
  /** Late or forbidden requests since the last such event, at most one event a second. */
  | { readonly kind: "refusedWrite"; readonly owner: number; readonly count: number; readonly status: string }
  /**
   * A cell sent a request that the guardian's protocol does not know (so not through the client, which refuses
   * it): the owner is fenced, and the runtime ends the cell. Names the message, the state and what was allowed.
   */
  | {
      readonly kind: "contract";
      readonly owner: number;
      readonly epoch: number;
      readonly state: string;
      readonly message: string;
      readonly path?: string;
      readonly found: string;
      readonly allowed: string;
    }
  /** An input changes faster than anybody can take its edges; counted since the last such event, one a second. */
  | { readonly kind: "edgesLost"; readonly line: string; readonly count: number }
  /**
   * An input had more edges within a second than its `maxEdgeRate`: `count` of them, `rateHz` a second (at least, where some were lost). Its edges are passed
   * over for `maskedMs`, then it is probed; told again, with a longer mask, while the storm goes on.
   */
  | {
      readonly kind: "edgeStorm";
      readonly line: string;
      readonly rateHz: number;
      readonly count: number;
      readonly maskedMs: number;
    }
  | { readonly kind: "edgeStormOver"; readonly line: string }
  /** A bus was held; whether any rung of its ladder has freed it. */
  | { readonly kind: "busStuck"; readonly bus: string; readonly recovered: boolean }
  /**
   * One rung of a bus's ladder. `works`: whether the bus (for `quarantine`, `acquitted` and `back`: the chip) is in
   * service after it. `why`: what kept the rung from being all it should be.
   */
  | {
      readonly kind: "busRung";
      readonly bus: string;
      /** The chip that it was for, `0x76`, where there is one. */
      readonly address?: string;
      readonly rung: BusRung;
      readonly works: boolean;
      readonly why?: string;
    }
  /** Transfers that succeeded only when they were tried again, since the last such event; at most one a minute and bus. */
  | { readonly kind: "busRetries"; readonly bus: string; readonly count: number }
  | { readonly kind: "guardianLate"; readonly lateUs: number; readonly count: number }
);
