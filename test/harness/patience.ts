/**
 * Limits in tests say how long something may take on a machine that is this test's own; it is waited for so many times
 * longer before it counts as not coming. A limit here ends a test that hangs; how fast something is, benchmarks say.
 */
export const PATIENCE = Number(process.env.SPEC_LIMIT_FACTOR ?? 4);
