import { PATIENCE } from "./patience.ts";

/** Waits for `condition` by looking every 5 ms; for real sockets and processes only. `what` names it in the error;
 * `limitMs` is for a quiet machine. */
export async function until(what: string, condition: () => unknown, limitMs = 4000): Promise<void> {
  const endMs = performance.now() + limitMs * PATIENCE;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${PATIENCE} times ${limitMs} ms`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Lets `ms` of real time pass, to see that nothing happens in it. */
export function quietFor(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
