/** How packets fare on their way in one direction. No logic but what is usual. */
export interface Weather {
  /** Nothing gets through: a connection stays open and says nothing, what it carries waits, as TCP makes it wait. */
  readonly held: boolean;
  readonly delayMs: number;
  /** Each packet up to so much later, whatever comes behind it: out of order. */
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly doublePercent: number;
}

export const CLEAR: Weather = { held: false, delayMs: 0, jitterMs: 0, lossPercent: 0, doublePercent: 0 };
