/** The kernel thread's side of the watchdog thread: starts it, shows it that the kernel lives, hears of hung cells. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { PlaceGiven, ThreadPlace } from "../../runtime/time/thread-place.ts";
import type { WatchedCell } from "../../runtime/watchdog/cell-watch.ts";
import type { OwnerEpoch } from "../contracts/control.ts";
import type { FoundNotice, PlacedNotice, WatchdogThreadData, WatchNotice } from "./watchdog-thread.ts";

/** How often the kernel thread shows that it lives, ms: a fifth of the limit leaves room for a stall. */
const BEAT_MS = 50;

export interface RuntimeWatchdogOptions {
  /** Default 250. */
  readonly kernelLimitMs?: number | undefined;
  /** Real-time policy of the watchdog's thread. */
  readonly place?: ThreadPlace | undefined;
  /** What it was given of that. */
  readonly onPlaced?: (given: PlaceGiven) => void;
}

export class RuntimeWatchdog {
  readonly #port: MessagePort;
  readonly #beat = new Int32Array(new SharedArrayBuffer(4));

  /**
   * `directory`: `HOLDFAST_PIPES`. `onFound`: end that cell within 250 ms, unless it is only blocked; its outputs are
   * fenced already.
   */
  constructor(
    directory: string,
    onFound: (notice: FoundNotice) => void,
    options: RuntimeWatchdogOptions = {},
  ) {
    const { kernelLimitMs, place, onPlaced } = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.on("message", (notice: FoundNotice | PlacedNotice) => {
      if ("placed" in notice) onPlaced?.(notice.placed);
      else onFound(notice);
    });
    const data: WatchdogThreadData = {
      directory,
      port: port2,
      beat: this.#beat.buffer as SharedArrayBuffer,
      ...(place === undefined ? {} : { place }),
      ...(kernelLimitMs === undefined ? {} : { kernelLimitUs: kernelLimitMs * 1000 }),
    };
    const worker = new Worker(new URL("./watchdog-thread.js", import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: "watchdog",
    });
    // Without its watchdog the runtime must not go on; the guardian starts the next one.
    worker.on("error", endProcess);
    worker.on("exit", endProcess);
    setInterval(() => Atomics.add(this.#beat, 0, 1), BEAT_MS);
  }

  /** `owners`: whom to fence when it hangs; none for a cell that owns nothing. */
  watch(cell: WatchedCell, owners: readonly OwnerEpoch[]): void {
    this.#tell({ watch: cell });
    this.own(cell.cell, owners);
  }

  /** From now on the cell holds what these owners were granted, and nothing else. */
  own(cell: string, owners: readonly OwnerEpoch[]): void {
    this.#tell({ own: cell, owners: owners.map(({ owner, epoch }) => ({ owner, epoch })) });
  }

  unwatch(cell: string, incarnation: number): void {
    this.#tell({ unwatch: cell, incarnation });
  }

  #tell(notice: WatchNotice): void {
    this.#port.postMessage(notice);
  }
}

function endProcess(): void {
  process.kill(process.pid, "SIGKILL");
}
