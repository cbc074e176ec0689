/** Somebody who speaks over a board's link in packets of its own, beside what the board says. */
export interface LinkTraffic {
  /** What it listens to, with QoS 0. Only the board's own status may be heard by one of these, too. */
  readonly filters: readonly string[];
  /** What is received on topics that begin so comes by a lane of its own (`lane-splitter.ts`). */
  readonly lane: string;
  /** Something came; false when it is none of its business. */
  received(topic: string, payload: Uint8Array): boolean;
  /** The board is live on a new connection. */
  live(): void;
  /** The board must not speak: there is another one with its id. */
  silent(): void;
}
