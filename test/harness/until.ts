/** Waits for `condition` by looking every 5 ms; for real sockets and processes only. `what` names it in the error. */
export async function until(what: string, condition: () => unknown, limitMs = 4000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Lets `ms` of real time pass, to see that nothing happens in it. */
export function quietFor(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
