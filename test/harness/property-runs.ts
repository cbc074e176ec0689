/** How many examples a property is tried with: `PROPERTY_FACTOR=50` tries fifty times as many, for a night's run. */
export function propertyRuns(count: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(count * (Number(process.env.PROPERTY_FACTOR) || 1)) };
}

/** The time limit that goes with it, ms. */
export function propertyLimitMs(limitMs: number): { readonly limitMs: number } {
  return { limitMs: limitMs * Math.max(1, Number(process.env.PROPERTY_FACTOR) || 1) };
}
