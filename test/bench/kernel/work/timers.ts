/** Starts and cancels timers while a million others run. */
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import type { Order } from "./order.ts";
import { Rounds } from "./rounds.ts";

const LIVE = 1_000_000;
const ROUND = 100_000;
const TICK = { type: "tick" };

export function* timers(
  self: Self,
  { report, depth, what }: Order & { readonly what: "start" | "cancel" },
): ProcessGenerator {
  for (let n = 0; n < LIVE; n++) self.sendAfter(delayMs(n), self.pid, TICK);
  const rounds = new Rounds(ROUND);
  const handles = new Array<number>(ROUND).fill(0);
  while (rounds.more()) yield* nested(depth - 2, startAndCancel(self, handles, rounds, what));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* startAndCancel(
  self: Self,
  handles: number[],
  rounds: Rounds,
  what: "start" | "cancel",
): ProcessGenerator {
  if (what === "start") {
    start(self, handles);
    rounds.without(() => cancel(self, handles));
  } else {
    rounds.without(() => start(self, handles));
    cancel(self, handles);
  }
}

function start(self: Self, handles: number[]): void {
  for (let n = 0; n < ROUND; n++) handles[n] = self.sendAfter(delayMs(n), self.pid, TICK);
}

function cancel(self: Self, handles: readonly number[]): void {
  for (const handle of handles) if (!self.cancel(handle)) throw new Error("a timer that did not run");
}

/** From ten minutes to seventy: none expires meanwhile. */
export function delayMs(n: number): number {
  return 600_000 + ((n * 7919) % 3_600_000);
}
