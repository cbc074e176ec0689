/**
 * How long a thread may keep a core before another one is looked at: its slice in the system's fair scheduler.
 *
 * With EEVDF (Linux 6.6 and later) a thread that wakes up goes ahead of one that computes only when its own slice
 * would end earlier: with equal slices (2.8 ms on four cores) a cell at nice -10 still waited for a busy neighbour, 40
 * to 600 us late at the 99th percentile, and 14 to 18 us with slices of 0.1 ms. Since 6.12 a thread can ask for its own
 * (sched_setattr(2), field sched_runtime; sched-eevdf in the kernel's documentation). Why through koffi: the decision
 * `0006-short-slices.md`.
 */
import { arch, platform } from "node:os";
import { systemCall } from "./system-calls.ts";

/** The shortest that the kernel grants. */
export const SHORT_SLICE_US = 100;

/** Numbers of sched_setattr and sched_getattr. */
const CALLS: Readonly<Record<string, readonly [set: number, get: number]>> = {
  x64: [314, 315],
  arm64: [274, 275],
  arm: [380, 381],
};
/** `struct sched_attr` up to and with sched_period, as sched_getattr fills it. */
const ATTRIBUTE_BYTES = 48;
const AT = { policy: 4, runtime: 24 } as const;
const SCHED_OTHER = 0;

/**
 * Asks for slices of `us` (100 to 100,000; 0: the system's) for the calling thread; threads and programs that it starts
 * have them too. A nice value stays. Gives what the thread has now, us, or why that is not known or not changed: an older
 * system, a real-time policy, another machine. Never a failure.
 */
export function setThreadSlice(us: number): number | string {
  return withAttributes((attributes, write) => {
    if (attributes.getUint32(AT.policy, true) !== SCHED_OTHER) return "the thread has a real-time policy";
    attributes.setBigUint64(AT.runtime, BigInt(us) * 1000n, true);
    return write();
  });
}

/** The slice of the calling thread, us, or why that is not known. */
export function threadSlice(): number | string {
  return withAttributes(() => undefined);
}

/** Reads the attributes, lets `change` change and write them, reads again. */
function withAttributes(
  change: (attributes: DataView, write: () => string | undefined) => string | undefined,
): number | string {
  const numbers = platform() === "linux" ? CALLS[arch()] : undefined;
  if (numbers === undefined) return `no numbers of the calls on ${platform()} ${arch()}`;
  const [set, get] = numbers;
  const bytes = new Uint8Array(ATTRIBUTE_BYTES);
  const attributes = new DataView(bytes.buffer);
  const read = () => told("sched_getattr", systemCall(get, 0, bytes, ATTRIBUTE_BYTES, 0));
  const write = () => told("sched_setattr", systemCall(set, 0, bytes, 0, 0));
  const why = read() ?? change(attributes, write) ?? read();
  if (why !== undefined) return why;
  const runtimeNs = Number(attributes.getBigUint64(AT.runtime, true));
  return runtimeNs === 0 ? "the system has no slices of a thread's own (Linux 6.12)" : runtimeNs / 1000;
}

function told(call: string, error: string | undefined): string | undefined {
  return error === undefined ? undefined : `${call}: ${error}`;
}
