/** What the machine takes to wake so many threads, each by a byte in a pipe from the one before: the floor under a way. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { type Percentiles, percentiles } from "../machine.ts";

interface Hop {
  readonly from: string;
  readonly to: string;
}

/** `hops`: pipes from this thread through others and back to it. */
export async function pipeFloor(hops: number, count: number): Promise<Percentiles> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-pipes-"));
  const pipes = Array.from({ length: hops }, (_, index) => join(folder, String(index)));
  execFileSync("mkfifo", pipes);
  // Opened for both ways: opening waits for nobody, and no pipe ends while its thread lives.
  const threads = pipes.slice(1).map((to, index) => {
    const data: Hop = { from: pipes[index]!, to };
    return new Worker(new URL(import.meta.url), { workerData: data });
  });
  const first = openSync(pipes[0]!, constants.O_RDWR);
  const last = openSync(pipes.at(-1)!, constants.O_RDWR);
  try {
    await Promise.all(threads.map((thread) => new Promise((online) => thread.once("online", online))));
    const byte = new Uint8Array(1);
    const times: number[] = [];
    while (times.length < count) {
      await sleep(1 + Math.random() * 3);
      const startMs = performance.now();
      writeSync(first, byte);
      readSync(last, byte);
      times.push((performance.now() - startMs) * 1000);
    }
    byte[0] = 1; // the end of it
    writeSync(first, byte);
    await Promise.all(threads.map((thread) => new Promise((exit) => thread.once("exit", exit))));
    return percentiles(times);
  } finally {
    closeSync(first);
    closeSync(last);
    rmSync(folder, { recursive: true });
  }
}

function passOn({ from, to }: Hop): void {
  const [source, target] = [openSync(from, constants.O_RDWR), openSync(to, constants.O_RDWR)];
  const byte = new Uint8Array(1);
  do {
    readSync(source, byte);
    writeSync(target, byte);
  } while (byte[0] === 0);
}

if (!isMainThread) passOn(workerData as Hop);
