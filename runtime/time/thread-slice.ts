/**
 * How long a thread may keep a core before another one is looked at: its slice in the system's fair scheduler.
 *
 * With EEVDF (Linux 6.6 and later) a thread that wakes up goes ahead of one that computes only when its own slice
 * would end earlier: with equal slices (2.8 ms on four cores) a cell at nice -10 still waited for a busy neighbour, 40
 * to 600 us late at the 99th percentile, and 14 to 18 us with slices of 0.1 ms. Since 6.12 a thread can ask for its own
 * (sched_setattr(2), field sched_runtime; sched-eevdf in the kernel's documentation). Why through koffi: the decision
 * `0011-short-slices.md`.
 */
import { arch } from "node:os";

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
 * have them too. A nice value stays. Resolves to what the thread has now, us, or why that is not known or not changed: an
 * older system, a real-time policy, another machine. Never a failure.
 */
export function setThreadSlice(us: number): Promise<number | string> {
  return withAttributes((attributes, write) => {
    if (attributes.getUint32(AT.policy, true) !== SCHED_OTHER) return "the thread has a real-time policy";
    attributes.setBigUint64(AT.runtime, BigInt(us) * 1000n, true);
    return write();
  });
}

/** The slice of the calling thread, us, or why that is not known. */
export function threadSlice(): Promise<number | string> {
  return withAttributes(() => undefined);
}

/** Reads the attributes, lets `change` change and write them, reads again. */
async function withAttributes(
  change: (attributes: DataView, write: () => string | undefined) => string | undefined,
): Promise<number | string> {
  const numbers = CALLS[arch()];
  if (numbers === undefined) return `no numbers of the calls on ${arch()}`;
  const [set, get] = numbers;
  try {
    const { default: koffi } = await import("koffi");
    const call = koffi
      .load(null)
      .func("long syscall(long number, int thread, void *attributes, unsigned int a, unsigned int b)");
    const bytes = new Uint8Array(ATTRIBUTE_BYTES);
    const attributes = new DataView(bytes.buffer);
    const failed = (what: string) => `${what}: error ${koffi.errno()}`;
    const read = () => (call(get, 0, bytes, ATTRIBUTE_BYTES, 0) === 0 ? undefined : failed("sched_getattr"));
    const write = () => (call(set, 0, bytes, 0, 0) === 0 ? undefined : failed("sched_setattr"));
    const why = read() ?? change(attributes, write) ?? read();
    if (why !== undefined) return why;
    const runtimeNs = Number(attributes.getBigUint64(AT.runtime, true));
    return runtimeNs === 0 ? "the system has no slices of a thread's own (Linux 6.12)" : runtimeNs / 1000;
  } catch (error) {
    return (error as Error).message; // no libc that it knows
  }
}
