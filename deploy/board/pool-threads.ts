/** Of the guardian beside one for each bus: a transfer that hangs takes a thread, and so does the wait for edges. */
const POOL_THREADS = 5;

/** `UV_THREADPOOL_SIZE` of a guardian with so many buses. */
export function poolThreads(buses: number): string {
  return String(buses + POOL_THREADS);
}
