import * as assert from "uvu/assert";
import { Drain } from "../../../deploy/outbox/drain.ts";
import { outboxWords } from "../../../deploy/outbox/outbox-words.ts";
import { type OutboxRecord, recordKey } from "../../../deploy/outbox/record.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

const record = (run: number, number: number, at: string | null = null): OutboxRecord => ({
  key: recordKey(run, number),
  stampMs: number,
  at,
  body: `{"n":${number}}`,
});

/** A drain over a source of so many records, and a broker that acknowledges when it is told. */
function drain(t: SpecContext, count: number, wallMs: number | undefined = undefined) {
  const log: string[] = [];
  const underWay: { n: number; payload: Record<string, unknown>; done: (error?: Error) => void }[] = [];
  let nowMs = 0;
  const found = new Drain({
    source: {
      read: (_, after, most) => {
        log.push(`read ${Number(after.slice(8))}`);
        const from = Number(after.slice(8)) + 1;
        const records = Array.from({ length: Math.max(0, Math.min(most, count - from + 1)) }, (_, index) =>
          record(2, from + index),
        );
        found.records({ id: "aa", run: 2, clockMs: 1000 + nowMs, records });
      },
      confirm: (id, key) => log.push(`confirm ${id} ${Number(key.slice(8))}`),
    },
    now: () => nowMs,
    wallMs: () => wallMs,
    wake: () => log.push("wake"),
  });
  t.defer(() => found.close());
  let room = 100;
  const take = () =>
    found.take((payload, done) => {
      if (underWay.length >= room) return false;
      const parsed = JSON.parse(payload);
      underWay.push({ n: parsed.n, payload: parsed, done });
      return true;
    });
  return {
    drain: found,
    log,
    underWay,
    take,
    pass: (ms: number) => {
      nowMs += ms;
    },
    hasRoomFor: (messages: number) => {
      room = messages;
    },
    /** The broker has this one. */
    acknowledge: (n: number, error?: Error) => {
      const at = underWay.findIndex((each) => each.n === n);
      underWay.splice(at, 1)[0]!.done(error);
    },
    confirmed: () => log.filter((line) => line.startsWith("confirm")),
  };
}

spec("records go out in order, a dozen at a time, and are confirmed without gaps", (t) => {
  const { take, underWay, acknowledge, confirmed } = drain(t, 30);
  take();
  assert.equal(
    underWay.map(({ n }) => n),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  acknowledge(2);
  acknowledge(3);
  assert.equal(confirmed(), []);
  acknowledge(1);
  assert.equal(confirmed(), ["confirm aa 3"]);
  take();
  assert.is(underWay.at(-1)!.n, 15);
});

spec("all of many are read in portions, each once, until there are no more", (t) => {
  const { drain: found, take, underWay, acknowledge, confirmed, log } = drain(t, 500);
  const seen: number[] = [];
  take();
  while (underWay.length > 0) {
    seen.push(underWay[0]!.n);
    acknowledge(underWay[0]!.n);
    take();
  }
  assert.equal(
    seen,
    Array.from({ length: 500 }, (_, index) => index + 1),
  );
  assert.is(confirmed().at(-1), "confirm aa 500");
  const reads = log.filter((line) => line.startsWith("read")).length;
  take();
  assert.is(log.filter((line) => line.startsWith("read")).length, reads);
  found.more();
  take();
  assert.is(log.filter((line) => line.startsWith("read")).length, reads + 1);
});

spec("after one that was not acknowledged it waits, and goes on from that one", async (t) => {
  const { take, underWay, acknowledge, confirmed, log } = drain(t, 20);
  take();
  acknowledge(1);
  for (const { n } of [...underWay]) acknowledge(n, new Error("connection lost"));
  take();
  assert.equal(underWay, []);
  log.length = 0;
  await until("it wakes", () => log.includes("wake"));
  take();
  assert.is(underWay[0]!.n, 2);
  assert.is(underWay.length, 12);
  acknowledge(2);
  assert.equal(confirmed(), ["confirm aa 2"]);
});

spec("a connection without room is no loss", (t) => {
  const { take, underWay, hasRoomFor, acknowledge } = drain(t, 20);
  hasRoomFor(2);
  take();
  assert.is(underWay.length, 2);
  acknowledge(1);
  take();
  assert.equal(
    underWay.map(({ n }) => n),
    [2, 3],
  );
});

spec("when the outbox's process comes anew its records are read from the beginning", (t) => {
  const { drain: found, take, underWay, acknowledge, confirmed } = drain(t, 20);
  take();
  const former = [...underWay];
  underWay.length = 0;
  found.restart();
  for (const { done } of former) done();
  assert.equal(confirmed(), []);
  take();
  assert.is(underWay[0]!.n, 1);
  acknowledge(1);
  assert.equal(confirmed(), ["confirm aa 1"]);
});

spec("a record says its id, its place, when it was, and whether it is late", (t) => {
  const kept = { ...record(17, 204, "2026-11-22T18:06:00.123Z"), body: '{"event":{"kind":"crash"}}' };
  assert.equal(JSON.parse(outboxWords("9f3a21c4", kept, 90_000.4)), {
    schema: 1,
    id: "9f3a21c4-17-204",
    run: 17,
    seq: 204,
    at: "2026-11-22T18:06:00.123Z",
    late: true,
    ageMs: 90_000,
    event: { kind: "crash" },
  });
  const { take, underWay, pass } = drain(t, 1, Date.parse("2026-11-22T18:00:10.000Z"));
  pass(9001);
  take();
  // Of this run, so its time is known after all: it is 9000 + 1000 - 1 + 1 ms old.
  const { at, late, ageMs } = underWay[0]!.payload;
  assert.equal({ at, late, ageMs }, { at: "2026-11-22T18:00:00.000Z", late: true, ageMs: 10_000 });
});
