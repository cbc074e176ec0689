/** Gives each cell what carries it: a warm thread where there is one, a new thread, or a process. */
import { availableParallelism } from "node:os";
import { SpinPlaces } from "../time/spin-shares.ts";
import { BootQueue } from "./boot-queue.ts";
import type { CellHost, HostClass, HostEvents } from "./cell-host.ts";
import { ChildHost } from "./child-host.ts";
import type { CellSpec } from "./kernel.ts";
import { SpareThreads } from "./spare-threads.ts";
import { ThreadHost } from "./thread-host.ts";
import { programNear } from "./thread-program.ts";

const DEFAULT_HEAP_MB = 32;
/** Making a thread keeps the kernel's thread for some ms: not now that somebody has just started anew. */
const REPLENISH_MS = 50;

export interface CellHostsOptions {
  /** The program of a cell's thread; default: one that loads body and setup by their URLs. */
  readonly program?: (spec: CellSpec) => URL;
  /** Warm threads to keep for cells like this one, about 10 MB each. Default: none. */
  readonly spares?: (spec: CellSpec) => number;
  readonly bootLimitMs: number;
}

export class CellHosts {
  readonly boots = new BootQueue();
  readonly #options: CellHostsOptions;
  readonly #spares: SpareThreads;
  readonly #spinPlaces = new SpinPlaces(availableParallelism());
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: CellHostsOptions) {
    this.#options = options;
    this.#spares = new SpareThreads(this.boots, options.bootLimitMs, this.#spinPlaces);
  }

  /** Whether it would start without loading a program. */
  isWarm(spec: CellSpec): boolean {
    return spec.kind !== "child" && this.#spares.has(this.#classOf(spec));
  }

  /** Sees to it that a cell like this finds a warm thread, once one has booted. */
  warm(spec: CellSpec): void {
    if (spec.kind !== "child") this.#spares.keep(this.#classOf(spec), 1);
  }

  create(spec: CellSpec, events: HostEvents): CellHost {
    const of = this.#classOf(spec);
    if (spec.kind === "child") return new ChildHost(of, spec.name, events);
    const spare = this.#spares.take(of);
    if (spare === undefined) return new ThreadHost(of, spec.name, events, this.#spinPlaces);
    spare.listen(events);
    return spare;
  }

  /** A cell like this runs now: sees to it, a little later, that the next one finds a warm thread. */
  replenish(spec: CellSpec): void {
    const count = this.#options.spares?.(spec) ?? 0;
    if (count === 0 || spec.kind === "child") return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#spares.keep(this.#classOf(spec), count);
    }, REPLENISH_MS);
    this.#timers.add(timer);
  }

  /** Threads that wait, warm. */
  get spareCount(): number {
    return this.#spares.count;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.boots.clear();
    await this.#spares.stop();
  }

  #classOf(spec: CellSpec): HostClass {
    const program =
      spec.program === undefined
        ? (this.#options.program?.(spec) ?? programNear("thread-entry"))
        : new URL(spec.program);
    return { program, heapMb: spec.heapMb ?? DEFAULT_HEAP_MB, event: spec.loop === "event" };
  }
}
