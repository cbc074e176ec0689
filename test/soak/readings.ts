/** What a process uses of its machine, read when nothing is being torn down. */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { usedHeapBytes } from "./used-heap.ts";

export interface Reading {
  /** Since the soak began. */
  readonly hours: number;
  /** Nothing was ending or starting: only then can counts be compared. */
  readonly settled: boolean;
  /** Heap of the main thread after a collection, MB. */
  readonly heapMb: number;
  /** Heaps of all cells after a collection, MB. */
  readonly cellHeapMb: number;
  /** Memory outside heaps that the main thread answers for, MB. */
  readonly externalMb: number;
  /** Resident memory of the whole process, MB. */
  readonly rssMb: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Message ports and other handles that keep an event loop going, main thread. */
  readonly ports: number;
  /** Blocks of shared memory that the main thread made and that somebody there still refers to. */
  readonly sharedBlocks: number;
  /** Of the kernel's own cell. */
  readonly processes: number;
  readonly timers: number;
  readonly names: number;
}

type Own = Pick<
  Reading,
  "heapMb" | "externalMb" | "rssMb" | "descriptors" | "threads" | "ports" | "sharedBlocks"
>;

const MB = 2 ** 20;

/** Collects garbage first, and lets finalizers run. */
export async function readOwn(shared: SharedBlocks): Promise<Own> {
  usedHeapBytes();
  await sleep(20);
  const heapMb = usedHeapBytes() / MB;
  const { external, rss } = process.memoryUsage();
  return {
    heapMb,
    externalMb: external / MB,
    rssMb: rss / MB,
    // The folder that is being read is a descriptor itself.
    descriptors: readdirSync("/proc/self/fd").length - 1,
    threads: readdirSync("/proc/self/task").length,
    ports: process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length,
    sharedBlocks: shared.alive,
  };
}

/** Counts shared memory from its making to its collection, by standing in for its constructor. */
export class SharedBlocks {
  #alive = 0;
  readonly #gone = new FinalizationRegistry<void>(() => void this.#alive--);

  constructor() {
    const count = (block: SharedArrayBuffer) => {
      this.#alive++;
      this.#gone.register(block, undefined);
    };
    globalThis.SharedArrayBuffer = new Proxy(SharedArrayBuffer, {
      construct(target, args, newTarget) {
        const block = Reflect.construct(target, args, newTarget) as SharedArrayBuffer;
        count(block);
        return block;
      },
    });
  }

  get alive(): number {
    return this.#alive;
  }
}
