/** A linked process crashes; the one that traps exits sees it and starts the next. */
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const CRASHES = 2000;

/** `how`: an error that nobody catches, which makes a report with its stack; or an exit signal with a reason. */
export function* crash(
  self: Self,
  { report, depth, how }: Order & { readonly how: "error" | "exit" },
): ProcessGenerator {
  self.trapExit();
  const rounds = new Rounds(CRASHES);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, respawning(self, how === "error" ? throws : exits));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* respawning(self: Self, body: (self: Self) => ProcessGenerator): ProcessGenerator {
  for (let n = 0; n < CRASHES; n++) {
    const pid = self.spawnLink(body, []);
    const { from } = yield* self.receive("exit");
    if (from !== pid) throw new Error(`${from} ended instead of ${pid}`);
  }
}

function* throws(): ProcessGenerator {
  throw new Error("boom");
}

function* exits(self: Self): ProcessGenerator {
  self.exit(self.pid, { shutdown: "boom" });
}
