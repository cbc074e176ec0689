/** The ladder of modes, from full service down. */
export const MODES = ["full", "reduced", "safe", "off"] as const;
export type Mode = (typeof MODES)[number];

/** The rung below; `off` is the last. */
export function below(mode: Mode): Mode {
  return MODES[Math.min(MODES.indexOf(mode) + 1, MODES.length - 1)]!;
}

/** The rung above; `full` is the first. */
export function above(mode: Mode): Mode {
  return MODES[Math.max(MODES.indexOf(mode) - 1, 0)]!;
}
