/** A cell's thread, from outside: it loads its program, waits warm for a life, leads it, and ends. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import type { SpinPlace, SpinPlaces } from "../time/spin-shares.ts";
import type { CellHost, HostClass, HostEvents } from "./cell-host.ts";
import { interruptThread } from "./interrupt-thread.ts";
import type { InterruptedCode } from "./interrupted-code.ts";
import type { CellStart, ThreadStart } from "./thread-start.ts";

/**
 * A sixteenth of the heap, from 4 MB: V8's default of 16 and more would be most of what a small cell uses, and a
 * large one with less would collect it too often.
 */
function youngGenerationMb(heapMb: number): number {
  return Math.min(16, Math.max(4, Math.round(heapMb / 16)));
}

export class ThreadHost implements CellHost {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #word = new Int32Array(new SharedArrayBuffer(4));
  #events: HostEvents;
  #cause: ExitReason | undefined;
  readonly #spinPlaces: SpinPlaces | undefined;
  #spin: SpinPlace | undefined;

  /** `name`: of the thread, for debuggers. `spinPlaces`: for a cell that wants to spin. */
  constructor(
    { program, heapMb, event }: HostClass,
    name: string,
    events: HostEvents,
    spinPlaces?: SpinPlaces,
  ) {
    this.#spinPlaces = spinPlaces;
    this.#events = events;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const start: ThreadStart = { port: port2, word: this.#word.buffer as SharedArrayBuffer, event };
    this.#worker = new Worker(program, {
      workerData: start,
      transferList: [port2],
      name,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngGenerationMb(heapMb) },
    });
    this.#port.on("message", () => this.#events.loaded());
    this.#worker.on("error", (error: Error & { code?: string }) => {
      this.#cause ??= error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "outOfMemory" : crashReason(error);
    });
    this.#worker.on("exit", (code) => {
      this.#port.close();
      if (this.#spin !== undefined) this.#spinPlaces?.give(this.#spin);
      // 1 is `terminate`; what ends by itself said why, unless its code called process.exit.
      if (code > 1) this.#cause ??= crashReason(new Error(`the cell called process.exit(${code})`));
      this.#events.ended(this.#cause);
    });
  }

  listen(events: HostEvents): void {
    this.#events = events;
  }

  begin(start: CellStart): void {
    if (start.spec.precision === "spin") this.#spin = this.#spinPlaces?.take();
    const spin = this.#spin === undefined ? {} : { spin: this.#spin };
    this.#port.postMessage({ ...start, ...spin }, [start.kernel.port]);
    Atomics.add(this.#word, 0, 1);
    Atomics.notify(this.#word, 0);
  }

  interrupt(limitMs: number): Promise<InterruptedCode | undefined> {
    return interruptThread(this.#worker.threadId, limitMs);
  }

  end(): Promise<unknown> {
    return this.#worker.terminate();
  }
}
