import { PATIENCE } from "./patience.ts";

/**
 * Waits for `condition` by looking every 5 ms; for real sockets and processes only. `what` names it in the error;
 * `limitMs` is for a quiet machine. It looks once more after its time: to a process that stood still itself, what came meanwhile is still to be
 * read.
 */
export async function until(what: string, condition: () => unknown, limitMs = 4000): Promise<void> {
  const endMs = performance.now() + limitMs * PATIENCE;
  let isOver = false;
  while (!(await condition())) {
    if (isOver) throw new Error(`${what}: not within ${PATIENCE} times ${limitMs} ms`);
    isOver = performance.now() > endMs;
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Lets `ms` of real time pass, to see that nothing happens in it. */
export function quietFor(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
