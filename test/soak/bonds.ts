/** A link and a monitor from one cell to another, broken in every way; each must be heard exactly once, or not at all. */
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { AUDITOR } from "./auditor.ts";
import { drawer } from "./draw.ts";

type BondMessage =
  | { readonly type: "born"; readonly pid: Pid }
  | { readonly type: "end"; readonly how: "crash" | "normal" };

const LIMIT = { within: 30_000 };

/** Asks for a twin in the other cell, then ends it in one of the ways and checks what it hears. */
export function* bonds(
  self: Self<BondMessage>,
  me: string,
  other: string,
  boss: Pid,
  seed: number,
): ProcessGenerator {
  self.trapExit();
  const draw = drawer(seed ^ 77 ^ self.pid.number);
  for (;;) {
    yield* self.sleep(30 + draw(100));
    const far = self.whereis(`in.${other}`);
    if (far === undefined) continue;
    const watch = self.monitor(far);
    self.send(far, { type: "twin", from: self.pid });
    const born = yield* self.receive(["born", "down"], LIMIT);
    self.demonitor(watch);
    if (born?.type !== "born") {
      if (born === undefined) accuse(self, me, other, "neither twin nor the end of who was to make it");
      continue;
    }
    yield* oneBond(self, me, other, born.pid, draw);
    self.send(boss, { type: "counted", of: "bonds", n: 1 });
    // What an old twin left on the way to here.
    for (let old = yield* self.receive("born", { within: 0 }); old !== undefined; )
      old = yield* self.receive("born", { within: 0 });
  }
}

function* oneBond(
  self: Self<BondMessage>,
  me: string,
  other: string,
  pid: Pid,
  draw: (limit: number) => number,
) {
  const ref = self.monitor(pid);
  // One more link changes nothing, unless the twin is gone already: then it is answered, too.
  const twice = draw(2) === 0;
  if (twice) self.link(pid);
  const way = draw(5);
  const unlinked = way === 3;
  if (way === 0) self.send(pid, { type: "end", how: "crash" });
  else if (way === 1) self.kill(pid);
  else if (way === 2) self.exit(pid, "shutdown");
  else if (way === 3) {
    self.unlink(pid);
    // What came before the unlink is in the mailbox by now.
    while ((yield* self.receive({ type: "exit", from: pid }, { within: 0 })) !== undefined);
    self.send(pid, { type: "end", how: "crash" });
  } else self.send(pid, { type: "end", how: "normal" });
  const down = yield* self.receive({ type: "down", ref }, LIMIT);
  if (down === undefined) return accuse(self, me, other, `no down after way ${way}`);
  const reason = describeReason(down.reason);
  const usual = ["Error: a twin crashes", "killed", "shutdown", "Error: a twin crashes", "normal"][way]!;
  const expected = [usual, "noproc", "noconnection"];
  if (!expected.includes(reason) && !reason.startsWith(`cell ${other}: `))
    accuse(self, me, other, `down ${reason} after way ${way}`);
  // The twin linked itself to us at its birth; both signals take the same way, in no promised order.
  const exit = yield* self.receive({ type: "exit", from: pid }, unlinked ? { within: 20 } : LIMIT);
  if (unlinked && exit !== undefined) accuse(self, me, other, "an exit after unlink");
  if (!unlinked && exit === undefined) accuse(self, me, other, `no exit after way ${way}`);
  const again = yield* self.receive({ type: "exit", from: pid }, { within: 0 });
  if (again !== undefined && !(twice && again.reason === "noproc"))
    accuse(self, me, other, `a second exit after way ${way}`);
}

/** The far end of a bond: linked from its first moment. */
export function* twin(self: Self<BondMessage>, to: Pid): ProcessGenerator {
  self.link(to);
  self.send(to, { type: "born", pid: self.pid });
  const message = yield* self.receive("end", { within: 60_000 });
  if (message?.how === "crash") throw new Error("a twin crashes");
}

function accuse(self: Self<BondMessage>, me: string, other: string, text: string): void {
  self.send(AUDITOR, { type: "violation", text: `${me} and ${other}: ${text}` });
}
