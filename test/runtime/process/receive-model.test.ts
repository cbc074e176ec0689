import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Self } from "../../../runtime/process/self.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

/** What is sent; `exit` is a signal to a process that traps. */
interface Sent {
  readonly afterMs: number;
  readonly type: "a" | "b" | "c" | "exit";
  readonly n: number;
}

/** One wait of the receiver, and the model's idea of what it takes. */
interface Step {
  readonly wait: "receive" | "sleep";
  readonly what: "any" | "tag" | "tags" | "parts" | "function";
  readonly type: "a" | "b" | "c";
  readonly n: number;
  readonly withinMs: number | undefined;
}

type Message = { readonly type: "a" | "b" | "c"; readonly n: number };

const sends: fc.Arbitrary<Sent[]> = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(8)),
    type: fc.constantFrom("a", "b", "c", "exit"),
    n: fc.nat(2),
  }),
  { maxLength: 25 },
);

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    wait: fc.constantFrom("receive", "receive", "receive", "sleep"),
    what: fc.constantFrom("any", "tag", "tag", "tags", "parts", "function"),
    type: fc.constantFrom("a", "b", "c"),
    n: fc.nat(2),
    withinMs: fc.option(fc.nat(12), { nil: undefined }),
  }),
  { maxLength: 20 },
);

const capacity = 4;

spec(
  "a process receives by any patterns and limits what a list of messages and a clock say it does",
  () => {
    fc.assert(
      fc.property(sends, steps, (sent, script) => assert.equal(played(sent, script), modelled(sent, script))),
      propertyRuns(3000),
    );
  },
  propertyLimitMs(60_000),
);

spec("the same messages and the same script give the same trace", () => {
  fc.assert(
    fc.property(sends, steps, (sent, script) => assert.equal(played(sent, script), played(sent, script))),
    propertyRuns(200),
  );
});

/** What a real process did, with the time of each step, ms; then what it had not taken, and what was dropped. */
function played(sent: readonly Sent[], script: readonly Step[]): readonly string[] {
  const { cell, clock, trace, until } = handCell({ mailboxCapacity: capacity });
  const pid = cell.spawn(function* reader(self: Self<Message>) {
    self.trapExit();
    for (const step of script) {
      if (step.wait === "sleep") {
        yield* self.sleep(step.withinMs ?? 1);
        trace.push(`slept at ${clock.now() / 1000}`);
        continue;
      }
      const limit = step.withinMs === undefined ? {} : { within: step.withinMs };
      const message = yield* self.receive(patternOf(step), limit);
      trace.push(`${printed(message)} at ${clock.now() / 1000}`);
    }
    for (let left = true; left; ) {
      const message = yield* self.receive(undefined, { within: 0 });
      left = message !== undefined;
      if (left) trace.push(`left ${printed(message)}`);
    }
    yield* self.sleep(1e9);
  }, []);
  let atMs = 0;
  cell.run();
  for (const { afterMs, type, n } of sent) {
    atMs += afterMs;
    until(atMs);
    if (type === "exit") cell.exit(undefined, pid, { shutdown: `${n}` });
    else cell.post(pid, { type, n });
    cell.run();
  }
  until(atMs + 1000);
  return [...trace, `${cell.counts.overflow} dropped`];
}

/** The same by a plain list. A time limit that ends at the moment of a message ends before it. */
function modelled(sent: readonly Sent[], script: readonly Step[]): readonly string[] {
  const trace: string[] = [];
  const mailbox: Omit<Sent, "afterMs">[] = [];
  let dropped = 0;
  let atMs = 0;
  const arrivals = sent.map(({ afterMs, ...message }) => {
    atMs += afterMs;
    return { atMs, message };
  });
  const end = atMs + 1000;
  let nowMs = 0;
  const arrive = () => {
    const { atMs, message } = arrivals.shift()!;
    const room = mailbox.filter(({ type }) => type !== "exit").length < capacity;
    if (room || message.type === "exit") mailbox.push(message);
    else dropped++;
    nowMs = Math.max(nowMs, atMs);
  };
  /** Returns when the wait is over, false when the story ends first. */
  const wait = (untilMs: number, found: () => boolean): boolean => {
    while (!found()) {
      const next = arrivals[0];
      if (untilMs <= (next?.atMs ?? Number.POSITIVE_INFINITY)) {
        if (untilMs > end) return false;
        nowMs = Math.max(nowMs, untilMs);
        return true;
      }
      if (next === undefined) return false;
      arrive();
    }
    return true;
  };
  const finish = () => {
    while (arrivals.length > 0) arrive();
    return [...trace, `${dropped} dropped`];
  };
  for (const step of script) {
    const limitMs = step.withinMs === undefined ? Number.POSITIVE_INFINITY : nowMs + step.withinMs;
    if (step.wait === "sleep") {
      if (!wait(nowMs + (step.withinMs ?? 1), () => false)) return finish();
      trace.push(`slept at ${nowMs}`);
      continue;
    }
    const index = () => mailbox.findIndex((message) => fits(step, message));
    if (!wait(limitMs, () => index() >= 0)) return finish();
    const at = index();
    trace.push(`${printed(at < 0 ? undefined : mailbox.splice(at, 1)[0])} at ${nowMs}`);
  }
  for (const message of mailbox.splice(0)) trace.push(`left ${printed(message)}`);
  return finish();
}

function fits({ what, type, n }: Step, message: Omit<Sent, "afterMs">): boolean {
  switch (what) {
    case "any":
      return true;
    case "tag":
      return message.type === type;
    case "tags":
      return message.type === type || message.type === "exit";
    case "parts":
      return message.type === type && message.n === n;
    case "function":
      return message.type !== "exit" && message.n === n;
  }
}

function patternOf({ what, type, n }: Step) {
  switch (what) {
    case "any":
      return undefined as never;
    case "tag":
      return type as never;
    case "tags":
      return [type, "exit"] as never;
    case "parts":
      return { type, n } as never;
    case "function":
      return ((message: { n?: number }) => message.n === n) as never;
  }
}

function printed(message: unknown): string {
  if (message === undefined) return "nothing";
  const { type, n, reason } = message as { type: string; n?: number; reason?: { shutdown: string } };
  return `${type}${n ?? reason?.shutdown}`;
}
