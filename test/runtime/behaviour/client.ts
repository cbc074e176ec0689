/** Client processes of a test: what they see is what the test asserts on. */
import { CallError } from "../../../runtime/behaviour/call-error.ts";
import { StartError } from "../../../runtime/behaviour/start-error.ts";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { type HandCell, handCell } from "../process/hand-cell.ts";

export interface Bench extends HandCell {
  /** Spawns a client that runs `body`, and runs everything that is due; its error ends the test. */
  client(body: (self: Self<unknown>) => ProcessGenerator<unknown>): void;
  /** Errors of clients, looked at by the test's end. */
  readonly failures: unknown[];
}

export function bench(options: Parameters<typeof handCell>[0] = {}): Bench {
  const hand = handCell(options);
  const failures: unknown[] = [];
  const client: Bench["client"] = (body) => {
    hand.cell.spawn(function* client(self: Self<unknown>) {
      try {
        yield* body(self);
      } catch (error) {
        failures.push(error);
        throw error;
      }
    }, []);
    hand.cell.run();
  };
  return {
    ...hand,
    client,
    failures,
    until(ms) {
      hand.until(ms);
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** How a call or start ends, in a word: its value, or the code and cause of its error. */
export function* outcome(work: ProcessGenerator<unknown>): ProcessGenerator<string> {
  try {
    const value = yield* work;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch (error) {
    if (!(error instanceof CallError || error instanceof StartError)) return String(error);
    return error.reason === undefined ? error.code : `${error.code}: ${describeReason(error.reason)}`;
  }
}
