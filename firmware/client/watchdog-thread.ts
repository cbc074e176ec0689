/**
 * The runtime's watchdog as a thread: the judgement of `Watchdog`, its own pipe to the guardian, and a word
 * that the kernel thread must keep changing. It parks between looks and needs nobody's cooperation.
 */
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { type PlaceGiven, type ThreadPlace, takePlace } from "../../runtime/time/thread-place.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import { setTimerSlack } from "../../runtime/time/timer-slack.ts";
import type { WatchedCell } from "../../runtime/watchdog/cell-watch.ts";
import { CoreTimes } from "../../runtime/watchdog/core-time.ts";
import type { Finding } from "../../runtime/watchdog/finding.ts";
import { WATCHDOG_DEFAULTS, Watchdog } from "../../runtime/watchdog/watchdog.ts";
import type { OwnerEpoch } from "../contracts/control.ts";
import { endRuntime } from "./end-runtime.ts";
import { PetPipe } from "./pet-pipe.ts";

export interface WatchdogThreadData {
  /** `HOLDFAST_PIPES`. */
  readonly directory: string;
  readonly port: MessagePort;
  /** Word 0 is counted up by the kernel thread. */
  readonly beat: SharedArrayBuffer;
  /** The kernel thread may be late by this much, us. */
  readonly kernelLimitUs?: number;
  /** Real-time policy of this thread; the kernel hears what was given. */
  readonly place?: ThreadPlace;
}

/** Kernel to watchdog. */
export type WatchNotice =
  | { readonly watch: WatchedCell }
  /** Whom to fence when this cell hangs: one for each device in it. */
  | { readonly own: string; readonly owners: readonly OwnerEpoch[] }
  | { readonly unwatch: string; readonly incarnation: number };

/** Watchdog to kernel: end this cell, or tell that it is blocked. */
export interface FoundNotice {
  readonly finding: Finding;
  /** When it should have been done, monotonic us. */
  readonly hardDeadlineUs: number;
}

/** Watchdog to kernel, once, if it asked for a place. */
export interface PlacedNotice {
  readonly placed: PlaceGiven;
}

const {
  directory,
  port,
  beat,
  place,
  kernelLimitUs = WATCHDOG_DEFAULTS.kernelLimitUs,
} = workerData as WatchdogThreadData;
const clock = new SystemClock();
setThreadNice(NICE.watchdog);
setTimerSlack(1);
if (place !== undefined) port.postMessage({ placed: takePlace(place) } satisfies PlacedNotice);
const pipe = new PetPipe(directory, clock);
const coreTimes = new CoreTimes();
const owners = new Map<string, readonly OwnerEpoch[]>();
const unsent: OwnerEpoch[] = [];
/** Why the runtime has to end. */
let lost: string | undefined;

const tell = (finding: Finding) => {
  const lateUs = finding.lateUs + (finding.stalledUs ?? 0);
  port.postMessage({ finding, hardDeadlineUs: clock.now() - lateUs } satisfies FoundNotice);
};
const fence = (owner: OwnerEpoch) => {
  if (!pipe.fence(owner.owner, owner.epoch)) unsent.push(owner);
};
const watchdog = new Watchdog(
  {
    pet: () => void pipe.pet(),
    fence: (cell) => {
      for (const owner of owners.get(cell) ?? []) fence(owner);
    },
    endCell: tell,
    blocked: tell,
    endRuntime: (why) => {
      lost ??= why;
    },
  },
  // A kernel's thread that may be as late as this ends no cell sooner.
  { ...WATCHDOG_DEFAULTS, kernelLimitUs, endLimitUs: Math.max(WATCHDOG_DEFAULTS.endLimitUs, kernelLimitUs) },
  (thread) => coreTimes.of(thread),
);

const words = new Int32Array(beat);
const sleep = new Int32Array(new SharedArrayBuffer(4));
let lastBeat = Atomics.load(words, 0);

while (lost === undefined) {
  for (let packet = receiveMessageOnPort(port); packet; packet = receiveMessageOnPort(port)) {
    hear(packet.message as WatchNotice);
  }
  const beatNow = Atomics.load(words, 0);
  const nowUs = clock.now();
  if (beatNow !== lastBeat) {
    lastBeat = beatNow;
    watchdog.kernelBeat(nowUs);
  }
  const nextUs = watchdog.look(nowUs);
  for (const owner of unsent.splice(0)) fence(owner);
  const waitMs = (nextUs - clock.now()) / 1000;
  if (lost === undefined && waitMs > 0)
    Atomics.wait(sleep, 0, 0, unsent.length > 0 ? Math.min(1, waitMs) : waitMs);
}
// The guardian takes every output to its policy now, before anybody asks why.
for (const owner of [...owners.values()].flat()) fence(owner);
endRuntime(lost, clock.now());

function hear(notice: WatchNotice): void {
  if ("watch" in notice) watchdog.watch(notice.watch);
  else if ("own" in notice) owners.set(notice.own, notice.owners);
  else coreTimes.forget(watchdog.unwatch(notice.unwatch, notice.incarnation));
}
