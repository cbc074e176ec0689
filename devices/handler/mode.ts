/** The ladder of modes, from full service down. */
export const MODES = ["full", "reduced", "safe", "off"] as const;
export type Mode = (typeof MODES)[number];

/** What an operator may ask of a device: a mode for a while, or `auto`, which ends what was asked before. */
export type ModeOrder = Mode | "auto";
