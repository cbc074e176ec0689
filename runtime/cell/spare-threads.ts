/**
 * Threads that have loaded their program and wait for a life: a cell that restarts does not pay for the start
 * of an isolate (30 ms). One costs about 10 MB.
 *
 * A spare fits every cell of its class (program, loop and heap limit, which is fixed when an isolate is made).
 * It is replaced in the background, while nothing else boots. One that dies while it waits is not replaced until
 * a cell of its class runs again.
 */
import type { SpinPlaces } from "../time/spin-shares.ts";
import type { BootQueue } from "./boot-queue.ts";
import type { CellHost, HostClass } from "./cell-host.ts";
import { ThreadHost } from "./thread-host.ts";

interface Spare {
  host: ThreadHost | undefined;
  warm: boolean;
}

export class SpareThreads {
  readonly #boots: BootQueue;
  readonly #bootLimitMs: number;
  readonly #spinPlaces: SpinPlaces;
  readonly #spares = new Map<string, Set<Spare>>();
  #stopped = false;

  constructor(boots: BootQueue, bootLimitMs: number, spinPlaces: SpinPlaces) {
    this.#boots = boots;
    this.#bootLimitMs = bootLimitMs;
    this.#spinPlaces = spinPlaces;
  }

  /** Whether a cell of this class would find a warm thread. */
  has(of: HostClass): boolean {
    return this.#warm(of) !== undefined;
  }

  /** A warm thread, which is no spare any more. */
  take(of: HostClass): CellHost | undefined {
    const spare = this.#warm(of);
    if (spare === undefined) return undefined;
    this.#spares.get(keyOf(of))!.delete(spare);
    return spare.host;
  }

  /** Sees to it that there will be `count`. */
  keep(of: HostClass, count: number): void {
    const key = keyOf(of);
    const spares = this.#spares.get(key) ?? new Set();
    this.#spares.set(key, spares);
    for (let missing = count - spares.size; missing > 0; missing--) this.#add(of, spares);
  }

  /** Threads that wait, warm. */
  get count(): number {
    return [...this.#spares.values()].flatMap((spares) => [...spares]).filter(({ warm }) => warm).length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#spares.values()].flatMap((spares) => [...spares]);
    this.#spares.clear();
    await Promise.all(all.map(({ host }) => host?.end()));
  }

  #add(of: HostClass, spares: Set<Spare>): void {
    const spare: Spare = { host: undefined, warm: false };
    spares.add(spare);
    this.#boots.enterIdle(() => {
      if (this.#stopped) return;
      let booting = true;
      const booted = () => {
        if (booting) this.#boots.leave();
        booting = false;
        clearTimeout(limit);
      };
      const host = new ThreadHost(
        of,
        "spare",
        {
          loaded: () => {
            spare.warm = true;
            booted();
          },
          ended: () => {
            spares.delete(spare);
            booted();
          },
          logged: () => {},
        },
        this.#spinPlaces,
      );
      spare.host = host;
      const limit = setTimeout(() => void host.end(), this.#bootLimitMs);
    });
  }

  #warm(of: HostClass): Spare | undefined {
    for (const spare of this.#spares.get(keyOf(of)) ?? []) if (spare.warm) return spare;
    return undefined;
  }
}

function keyOf({ program, heapMb, event }: HostClass): string {
  return `${heapMb} ${event} ${program.href}`;
}
