/**
 * The runtime's watchdog as a thread: the judgement of `Watchdog`, its own pipe to the guardian, and a word
 * that the kernel thread must keep changing. It parks between looks and needs nobody's cooperation.
 */
import { writeSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import { WATCHDOG_DEFAULTS, Watchdog } from "../../runtime/watchdog/watchdog.ts";
import type { OwnerEpoch } from "../contracts/control.ts";
import { PetPipe } from "./pet-pipe.ts";

export interface WatchdogThreadData {
  /** `HOLDFAST_PIPES`. */
  readonly directory: string;
  readonly port: MessagePort;
  /** Word 0 is counted up by the kernel thread. */
  readonly beat: SharedArrayBuffer;
  /** The kernel thread may be late by this much, us. */
  readonly kernelLimitUs?: number;
}

/** Kernel to watchdog. */
export type WatchNotice =
  | {
      readonly watch: string;
      readonly incarnation: number;
      readonly progress: SharedArrayBuffer;
    }
  /** Whom to fence when this cell hangs: one for each device in it. */
  | { readonly own: string; readonly owners: readonly OwnerEpoch[] }
  | { readonly unwatch: string; readonly incarnation: number };

/** Watchdog to kernel: end this cell. */
export interface HungNotice {
  /** Past its hard deadline, or above its limit of memory outside the heap. */
  readonly cause: "hung" | "outOfMemory";
  readonly cell: string;
  readonly incarnation: number;
  readonly lateUs: number;
  /** When it should have been done, monotonic us. */
  readonly hardDeadlineUs: number;
  readonly processNumber: number;
}

const {
  directory,
  port,
  beat,
  kernelLimitUs = WATCHDOG_DEFAULTS.kernelLimitUs,
} = workerData as WatchdogThreadData;
const clock = new SystemClock();
setThreadNice(NICE.watchdog);
const pipe = new PetPipe(directory, clock);
const owners = new Map<string, readonly OwnerEpoch[]>();
const unsent: OwnerEpoch[] = [];

const watchdog = new Watchdog(
  {
    pet: () => void pipe.pet(),
    fence: (cell) => {
      for (const owner of owners.get(cell) ?? [])
        if (!pipe.fence(owner.owner, owner.epoch)) unsent.push(owner);
    },
    endCell: (cell, incarnation, lateUs, processNumber, cause) =>
      port.postMessage({
        cause,
        cell,
        incarnation,
        lateUs,
        hardDeadlineUs: clock.now() - lateUs,
        processNumber,
      } satisfies HungNotice),
    endRuntime: (why) => {
      try {
        writeSync(2, `${JSON.stringify({ watchdog: { endRuntime: why, atUs: clock.now() } })}\n`);
      } catch {
        // A log that is full must not keep the runtime alive.
      }
      process.kill(process.pid, "SIGKILL");
    },
  },
  { ...WATCHDOG_DEFAULTS, kernelLimitUs },
);

const words = new Int32Array(beat);
const sleep = new Int32Array(new SharedArrayBuffer(4));
let lastBeat = Atomics.load(words, 0);

for (;;) {
  for (let packet = receiveMessageOnPort(port); packet; packet = receiveMessageOnPort(port)) {
    const notice = packet.message as WatchNotice;
    if ("watch" in notice) {
      watchdog.watch(notice.watch, notice.incarnation, notice.progress);
    } else if ("own" in notice) {
      owners.set(notice.own, notice.owners);
    } else {
      watchdog.unwatch(notice.unwatch, notice.incarnation);
    }
  }
  const beatNow = Atomics.load(words, 0);
  const nowUs = clock.now();
  if (beatNow !== lastBeat) {
    lastBeat = beatNow;
    watchdog.kernelBeat(nowUs);
  }
  const nextUs = watchdog.look(nowUs);
  for (const owner of unsent.splice(0)) if (!pipe.fence(owner.owner, owner.epoch)) unsent.push(owner);
  const waitMs = (nextUs - clock.now()) / 1000;
  if (waitMs > 0) Atomics.wait(sleep, 0, 0, unsent.length > 0 ? Math.min(1, waitMs) : waitMs);
}
