/**
 * Numbered messages from cell to cell. The sender waits for receipts, so neither mailbox nor credit is ever used
 * up and nothing may be lost: of one sender's numbers none is missing, doubled or out of turn, and its end
 * comes after the last of them.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import { pidId } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { AUDITOR } from "./auditor.ts";
import { twin } from "./bonds.ts";
import { drawer } from "./draw.ts";

type StreamMessage =
  | { readonly type: "open"; readonly from: Pid }
  | { readonly type: "number"; readonly from: Pid; readonly n: number; readonly body: unknown }
  | { readonly type: "bye"; readonly from: Pid; readonly n: number }
  | { readonly type: "twin"; readonly from: Pid };

interface Open {
  readonly ref: number;
  readonly from: Pid;
  next: number;
  bye: boolean;
}

/** Takes the streams of all other cells, and spawns the far ends of their bonds. */
export function* receiver(self: Self<StreamMessage>, me: string, boss: Pid): ProcessGenerator {
  self.trapExit();
  self.register(`in.${me}`);
  const streams = new Map<string, Open>();
  const accuse = (text: string) => self.send(AUDITOR, { type: "violation", text: `${me}: ${text}` });
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "down") {
      for (const [id, open] of streams) if (open.ref === message.ref) streams.delete(id);
      continue;
    }
    if (message.type === "exit") continue;
    if (message.type === "twin") {
      self.spawn(twin, [message.from]);
      continue;
    }
    const { from } = message;
    const id = pidId(from);
    if (message.type === "open") {
      if (streams.has(id)) accuse(`${from} opened twice`);
      streams.set(id, { ref: self.monitor(from), from, next: 0, bye: false });
      continue;
    }
    const open = streams.get(id);
    if (open === undefined) {
      accuse(`${message.type} of ${from}, whose end was heard or who never opened`);
      continue;
    }
    if (open.bye) accuse(`${message.type} of ${from} after its farewell`);
    if (message.n !== open.next) accuse(`${message.type} ${message.n} of ${from} instead of ${open.next}`);
    open.next = message.n + 1;
    if (message.type === "bye") open.bye = true;
    else if (message.n % 20 === 19) {
      self.send(from, { type: "receipt", n: message.n });
      self.send(boss, { type: "counted", of: "streamed", n: 20 });
    }
  }
}

/** Finds the receiver of a cell, again and again, and sends it numbers; ends in a different way each time. */
export function* stream(
  self: Self<{ type: "receipt"; n: number }>,
  me: string,
  other: string,
  seed: number,
): ProcessGenerator {
  const draw = drawer(seed ^ self.pid.number);
  let to = self.whereis(`in.${other}`);
  for (; to === undefined; to = self.whereis(`in.${other}`)) yield* self.sleep(20 + draw(20));
  const ref = self.monitor(to);
  self.send(to, { type: "open", from: self.pid });
  const last = 200 + draw(3000);
  let n = 0;
  for (; n < last; n++) {
    self.send(to, { type: "number", from: self.pid, n, body: bodies[n % bodies.length] });
    if (n % 20 !== 19) continue;
    const answer = yield* self.receive({ type: "receipt", n }, { within: 0 });
    if (answer !== undefined) continue;
    const heard = yield* self.receive(["receipt", "down"], { within: 30_000 });
    if (heard === undefined) {
      self.send(AUDITOR, { type: "violation", text: `${me}: no receipt of ${other} within 30 s` });
      return;
    }
    if (heard.type === "down") return;
    if (heard.n !== n) {
      const text = `${me}: receipt ${heard.n} of ${other} instead of ${n}`;
      self.send(AUDITOR, { type: "violation", text });
    }
    yield* self.sleep(20 + draw(40));
  }
  self.send(to, { type: "bye", from: self.pid, n });
  const end = draw(4);
  if (end === 0) throw new Error("a stream crashes");
  if (end === 1) self.kill(self.pid);
  if (end === 2) self.demonitor(ref);
  yield* self.sleep(1);
}

/** What travels: every kind of thing that can be sent. */
const bodies: readonly unknown[] = [
  1,
  "text",
  { nested: { list: [1, 2, 3], map: new Map([["k", new Set([1, 2])]]) } },
  new Uint8Array(100),
  new Date(0),
  12345678901234567890n,
  [undefined, null, Number.NaN],
  "long ".repeat(200),
];
