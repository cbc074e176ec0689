/**
 * The page's connection to the broker. `connecting` is the first attempt only; later ones are `lost`.
 * `denied`: the broker wants a user and a password.
 */
export interface Connection {
  readonly phase: "connecting" | "online" | "lost" | "denied";
  /** Counts connections that were made; what was heard in an earlier one is not known to be true now. */
  readonly session: number;
  /** When anything last came from the broker, ms since 1970; null: never. */
  readonly lastHeardMs: number | null;
  /** When the next attempt starts, ms since 1970; null: one is under way, or none is planned. */
  readonly retryAtMs: number | null;
  /** How often the broker refused a user and a password that were typed in. */
  readonly refused: number;
}

export const noConnection: Connection = {
  phase: "connecting",
  session: 0,
  lastHeardMs: null,
  retryAtMs: null,
  refused: 0,
};
