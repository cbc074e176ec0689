/** A process that does at once what a test says, and tells what it hears. */
import { describeReason, type ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Place } from "./places.ts";

export interface Hands {
  readonly pid: Pid;
  do(act: (self: Self<unknown>) => void): void;
  /** Exits, downs and messages, as text. */
  readonly heard: string[];
}

/** `traps`: it hears of exits instead of ending. */
export function hands(place: Place, side: "here" | "there", traps = true): Hands {
  const cell = side === "here" ? place.here : place.there;
  const heard: string[] = [];
  let act: ((self: Self<unknown>) => void) | undefined;
  const pid = cell.spawn(function* hands(self: Self<unknown>): ProcessGenerator {
    if (traps) self.trapExit();
    for (;;) {
      const message = yield* self.receive();
      if (message === "do") act?.(self);
      else heard.push(printed(message));
    }
  }, []);
  place.settle();
  return {
    pid,
    heard,
    do(what) {
      act = what;
      cell.post(pid, "do");
      place.settle();
    },
  };
}

function printed(message: unknown): string {
  if (typeof message !== "object" || message === null) return String(message);
  const { type, reason } = message as { type?: string; reason?: ExitReason };
  return reason === undefined ? JSON.stringify(message) : `${type} ${describeReason(reason)}`;
}
