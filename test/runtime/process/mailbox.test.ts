import fc from "fast-check";
import * as assert from "uvu/assert";
import { Mailbox, type MailboxEntry } from "../../../runtime/process/mailbox.ts";
import { matches, type Pattern } from "../../../runtime/process/pattern.ts";
import { spec } from "../../harness/spec.ts";

const never = Number.POSITIVE_INFINITY;

spec("messages are taken in order of arrival, with their deadlines", () => {
  const mailbox = new Mailbox();
  mailbox.push("a", 100);
  mailbox.push("b", never);
  assert.is(mailbox.length, 2);
  assert.equal(take(mailbox), ["a", 100]);
  assert.equal(take(mailbox), ["b", never]);
  assertEmpty(mailbox);
});

spec("undefined and null are messages like others", () => {
  const mailbox = new Mailbox();
  mailbox.push(undefined, 1);
  mailbox.push(null, 2);
  assert.equal(take(mailbox), [undefined, 1]);
  assert.equal(take(mailbox), [null, 2]);
  assertEmpty(mailbox);
});

spec("a taken message leaves the order of the others as it was", () => {
  const mailbox = filled("a", "b", "c", "a", "b");
  assert.equal(names(mailbox, "b", "c", "b", "a", "a"), ["b1", "c2", "b4", "a0", "a3"]);
  assertEmpty(mailbox);
});

spec("the last message can be taken, and others arrive after it", () => {
  const mailbox = filled("a", "b");
  assert.equal(names(mailbox, "b"), ["b1"]);
  mailbox.push({ type: "c", name: "c9" }, never);
  assert.equal(names(mailbox, undefined, undefined), ["a0", "c9"]);
  assertEmpty(mailbox);
});

spec("a full mailbox drops the newest and counts it", () => {
  const mailbox = new Mailbox(2);
  assert.equal(
    [1, 2, 3, 4].map((message) => mailbox.push(message, never)),
    [true, true, false, false],
  );
  assert.is(mailbox.length, 2);
  assert.is(mailbox.dropped, 2);
  take(mailbox);
  assert.ok(mailbox.push(5, never));
  assert.equal(
    [take(mailbox), take(mailbox)],
    [
      [2, never],
      [5, never],
    ],
  );
  assert.is(mailbox.dropped, 2);
});

spec("the bound is 1000 unless another is given", () => {
  const mailbox = new Mailbox();
  for (let i = 0; i < 1500; i++) mailbox.push(i, never);
  assert.is(mailbox.length, 1000);
  assert.is(mailbox.dropped, 500);
});

spec("signals are never dropped and take no message's place", () => {
  const mailbox = new Mailbox(1);
  for (let i = 0; i < 5; i++) mailbox.pushSignal(i);
  assert.ok(mailbox.push("message", 7));
  assert.not(mailbox.push("one too many", 7));
  mailbox.pushSignal(5);
  assert.is(mailbox.length, 7);
  assert.is(mailbox.take()?.isSignal, true);
  assert.not(mailbox.push("a taken signal frees no place", 7));
  const taken = mailbox.take((message) => message === "message");
  assert.equal([taken?.deadlineUs, taken?.isSignal], [7, false]);
  assert.ok(mailbox.push("again", 7));
  assert.is(mailbox.dropped, 2);
});

spec("what did not match a tag is not asked again while the tag stays the same", () => {
  const mailbox = new Mailbox();
  let asked = 0;
  for (let i = 0; i < 100; i++) {
    const message = {
      get type() {
        asked++;
        return "other";
      },
    };
    mailbox.push(message, never);
  }
  assert.is(mailbox.take("reply"), undefined);
  assert.is(asked, 100);
  mailbox.push({ type: "reply" }, never);
  assert.ok(mailbox.take("reply"));
  assert.is(mailbox.take("reply"), undefined);
  assert.is(asked, 100);
  assert.is(mailbox.take("another"), undefined);
  assert.is(asked, 200);
});

spec("a function is asked about everything by take, about what arrived by takeArrived", () => {
  const mailbox = new Mailbox();
  const asked: unknown[] = [];
  let wanted = "x";
  const pattern = (message: unknown) => {
    asked.push(message);
    return message === wanted;
  };
  for (const message of ["a", "b"]) mailbox.push(message, never);
  assert.is(mailbox.take(pattern), undefined);
  mailbox.push("c", never);
  assert.is(mailbox.takeArrived(pattern), undefined);
  assert.equal(asked, ["a", "b", "c"]);
  wanted = "a";
  assert.is(mailbox.takeArrived(pattern), undefined);
  assert.is(mailbox.take(pattern)?.message, "a");
  assert.equal(asked, ["a", "b", "c", "a"]);
});

spec("takeArrived with another pattern is a take", () => {
  const mailbox = filled("a", "b");
  assert.is(mailbox.take("c"), undefined);
  assert.is(nameOf(mailbox.takeArrived("a")), "a0");
});

spec("a function that throws loses no message", () => {
  const mailbox = filled("a", "b");
  const crash = () => {
    throw new Error("crash");
  };
  assert.throws(() => mailbox.take(crash), /^crash$/);
  assert.equal(names(mailbox, undefined, undefined), ["a0", "b1"]);
});

spec("a mailbox does what a list does, whatever is pushed and taken", () => {
  const tag = fc.constantFrom("a", "b", "c");
  const pattern = fc.oneof(
    tag,
    fc.constant(undefined),
    fc.uniqueArray(tag),
    fc.record({ type: tag, odd: fc.boolean() }),
    tag.map((type) => (message: unknown) => matches(type, message)),
  );
  const command = fc.oneof(
    { weight: 4, arbitrary: fc.record({ push: tag, odd: fc.boolean(), deadlineUs: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ signal: tag }) },
    { weight: 4, arbitrary: fc.record({ take: pattern, times: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ takeArrived: pattern }) },
  );
  fc.assert(
    fc.property(fc.nat(8), fc.array(command, { maxLength: 100, size: "max" }), (capacity, commands) => {
      const mailbox = new Mailbox(capacity);
      const model: { message: unknown; deadlineUs: number | undefined; isSignal: boolean }[] = [];
      let dropped = 0;
      for (const step of commands) {
        if ("push" in step) {
          const message = { type: step.push, odd: step.odd };
          const fits = model.filter((entry) => !entry.isSignal).length < capacity;
          assert.is(mailbox.push(message, step.deadlineUs), fits);
          if (fits) model.push({ message, deadlineUs: step.deadlineUs, isSignal: false });
          else dropped++;
        } else if ("signal" in step) {
          const message = { type: step.signal };
          mailbox.pushSignal(message);
          model.push({ message, deadlineUs: undefined, isSignal: true });
        } else if ("take" in step) {
          for (let i = 0; i < step.times; i++) {
            const at = model.findIndex((entry) => matches(step.take as Pattern | undefined, entry.message));
            const [expected] = at < 0 ? [] : model.splice(at, 1);
            const entry = mailbox.take(step.take);
            assert.is(entry?.message, expected?.message);
            assert.is(entry?.deadlineUs, expected?.deadlineUs);
            assert.is(entry?.isSignal, expected?.isSignal);
          }
        } else {
          // A receive that found nothing and goes on: what it takes is what a plain take would.
          if (model.some((entry) => matches(step.takeArrived as Pattern | undefined, entry.message)))
            continue;
          assert.is(mailbox.take(step.takeArrived), undefined);
          assert.is(mailbox.takeArrived(step.takeArrived), undefined);
        }
        assert.is(mailbox.length, model.length);
        assert.is(mailbox.dropped, dropped);
      }
      while (model.length > 0) assert.is(mailbox.take()?.message, model.shift()?.message);
      assertEmpty(mailbox);
    }),
    { numRuns: 500 },
  );
});

/** A mailbox with a message for each type, named by type and position. */
function filled(...types: string[]): Mailbox {
  const mailbox = new Mailbox();
  for (const [index, type] of types.entries()) mailbox.push({ type, name: `${type}${index}` }, never);
  return mailbox;
}

function names(mailbox: Mailbox, ...patterns: (Pattern | undefined)[]): unknown[] {
  return patterns.map((pattern) => nameOf(mailbox.take(pattern)));
}

function nameOf(entry: MailboxEntry | undefined): unknown {
  return (entry?.message as { name?: unknown } | undefined)?.name;
}

function take(mailbox: Mailbox): [unknown, number | undefined] | undefined {
  const entry = mailbox.take();
  return entry && [entry.message, entry.deadlineUs];
}

function assertEmpty(mailbox: Mailbox): void {
  assert.is(mailbox.length, 0);
  assert.is(mailbox.take(), undefined);
}
