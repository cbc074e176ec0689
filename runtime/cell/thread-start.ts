/** What a cell's thread is given: at its birth a place to wait at, then the life it is to lead. */
import type { MessagePort } from "node:worker_threads";
import type { PackedBody } from "../process/signal.ts";
import type { SpinPlace } from "../time/spin-shares.ts";
import type { SystemClock } from "../time/system-clock.ts";
import type { BoardGate } from "./board-gate.ts";
import type { PeerLink } from "./control-frame.ts";
import type { CellSpec } from "./kernel.ts";
import type { ProgressWord } from "./progress-word.ts";

/** `workerData`: where the thread waits for its life, warm, with its program loaded. */
export interface ThreadStart {
  /** Brings one `CellStart`. */
  readonly port: MessagePort;
  /** Word 0 rings when it is there. */
  readonly word: SharedArrayBuffer;
  /** It will run Node's event loop. */
  readonly event: boolean;
}

/** One life of a cell, as the kernel hands it out. */
export interface CellStart {
  readonly spec: Omit<CellSpec, "args">;
  readonly args: PackedBody;
  readonly board: string;
  readonly incarnation: number;
  /** Keys of the cell's first process and of the one that spawns for other cells. */
  readonly keys: { readonly root: string; readonly spawner: string };
  readonly bell: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
  /** The way to the kernel; those to other cells come by it. On trial: to the old version. */
  readonly kernel: PeerLink;
  /** This is a new version of a cell that runs. */
  readonly trial?: { readonly taken: SharedArrayBuffer };
  /** Answer of the composition's `prepare`. */
  readonly prepared: unknown;
  /** It may spin before a release, and says there how long it did. */
  readonly spin?: SpinPlace;
}

/** What a `setup` export is called with. */
export interface CellEnvironment {
  readonly clock: SystemClock;
  /** Rings when something arrived; whoever waits for an answer from outside waits on word 0. */
  readonly bell: Int32Array;
  /** Told by whoever waits for an answer from outside, so that the one who owes it is blamed. */
  readonly progress: Pick<ProgressWord, "waitFor" | "waited">;
  /** For the one cell with an event loop that is to speak with other boards; absent on trial. */
  readonly boards?: BoardGate;
  readonly data: unknown;
  readonly prepared: unknown;
}
