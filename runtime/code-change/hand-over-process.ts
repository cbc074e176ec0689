/** Processes of the old version's cell that stop its process and have it go on, by system messages. */
import { ask, limitUs } from "../behaviour/exchange.ts";
import { getState, replaceState, resume, type Snapshot, suspend } from "../behaviour/system-message.ts";
import type { Body } from "../process/cell-contract.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";

/**
 * Stops `root` after what it has at hand and gives what it knows. A process that does not answer within `limitMs`
 * goes on as if nobody had asked.
 */
export function stopping(
  root: Pid,
  limitMs: number,
  then: (snapshot: Snapshot) => void,
  failed: (error: unknown) => void,
): Body<[]> {
  return function* handOver(self): ProcessGenerator {
    let snapshot: Snapshot;
    try {
      yield* suspend(self, root, { within: limitMs });
      snapshot = yield* getState(self, root, { within: limitMs });
    } catch (error) {
      // It may still find the request to stop: this one comes behind it.
      ask(self, root, "system", { type: "resume" }, limitUs(self, limitMs));
      failed(error);
      return;
    }
    then(snapshot);
  };
}

/** Has `root` go on: with this state, or with its own when there is none or it does not take that. */
export function goingOn(
  root: Pid,
  state: { readonly value: unknown } | undefined,
  refused: (error: unknown) => void,
): Body<[]> {
  return function* goOn(self): ProcessGenerator {
    if (state !== undefined) {
      try {
        yield* replaceState(self, root, state.value);
      } catch (error) {
        refused(error);
      }
    }
    yield* resume(self, root);
  };
}
