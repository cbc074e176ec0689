/** Processes of one cell that come and go in every way, with names, links, monitors and calls; each end is checked. */
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { AUDITOR } from "./auditor.ts";
import { drawer } from "./draw.ts";

type Way = "crash" | "normal" | "kill" | "shutdown" | "limit" | "flood";
const WAYS: readonly Way[] = ["crash", "normal", "kill", "shutdown", "limit"];
/** One in so many rounds is a flood instead: it costs as much as a thousand others. */
const FLOOD_EVERY = 100;
const EXPECTED = {
  crash: "Error: churned",
  normal: "normal",
  kill: "killed",
  shutdown: "shutdown",
  limit: "normal",
  flood: "normal",
} as const;

/** Rounds between two reports. */
const ROUNDS = 50;

export function* churn(self: Self<{ type: "flooded" }>, boss: Pid, seed: number): ProcessGenerator {
  self.trapExit();
  const draw = drawer(seed ^ 5 ^ self.pid.number);
  for (let round = 1; ; round++) {
    const way = draw(FLOOD_EVERY) === 0 ? "flood" : WAYS[draw(WAYS.length)]!;
    const pid = self.spawnLink(child, [way, self.pid, round % 40]);
    const ref = self.monitor(pid);
    if (way === "kill") self.kill(pid);
    else if (way === "shutdown") self.exit(pid, "shutdown");
    else self.send(pid, { type: "go" });
    const down = yield* self.receive({ type: "down", ref }, { within: 20_000 });
    const exit = yield* self.receive({ type: "exit", from: pid }, { within: 20_000 });
    for (const heard of [down, exit]) {
      const reason = heard === undefined ? "nothing" : describeReason(heard.reason);
      if (reason !== EXPECTED[way])
        self.send(AUDITOR, { type: "violation", text: `churn: ${reason} after ${way}` });
    }
    if (way === "flood") yield* self.receive("flooded", { within: 0 });
    if (round % ROUNDS === 0) {
      self.send(boss, { type: "counted", of: "churned", n: ROUNDS });
      yield* self.sleep(50 + draw(100));
    }
  }
}

function* child(
  self: Self<{ type: "go" } | { type: "drop" }>,
  way: Way,
  parent: Pid,
  name: number,
): ProcessGenerator {
  self.sendAfter(60_000, self.pid, { type: "drop" });
  yield* self.receive("go");
  if (way === "crash") throw new Error("churned");
  if (way === "normal") {
    self.register(`churn.${self.pid.cell}.${name}`);
    return;
  }
  if (way === "limit") yield* self.receive("drop", { within: 0.2 });
  // More than a mailbox holds: the rest is dropped and counted, the flooder and all others go on.
  if (way === "flood") {
    const victim = self.spawn(deaf, []);
    for (let n = 0; n < 1200; n++) self.send(victim, { type: "drop", n });
    self.kill(victim);
    self.send(parent, { type: "flooded" });
  }
}

function* deaf(self: Self): ProcessGenerator {
  yield* self.sleep(60_000);
}
