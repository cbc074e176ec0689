import * as assert from "uvu/assert";
import { Outbox } from "../../../deploy/outbox/outbox.ts";
import type { OutboxLimits } from "../../../deploy/outbox/outbox-contract.ts";
import { LARGEST_PENDING } from "../../../deploy/outbox/pending.ts";
import { FIRST_KEY, type OutboxRecord, parseKey } from "../../../deploy/outbox/record.ts";
import { spec } from "../../harness/spec.ts";
import { HandTimers } from "./hand-timers.ts";
import { MemoryCard } from "./memory-store.ts";

const LIMITS: OutboxLimits = { sizeBytes: 100_000, ageMs: 86_400_000, syncEveryMs: 5000, syncRecords: 100 };
const HOUR_MS = 3_600_000;

/** An outbox over a card that outlives it. */
async function begin(card: MemoryCard, limits: Partial<OutboxLimits> = {}) {
  const timers = new HandTimers();
  const said: string[] = [];
  const outbox = new Outbox({
    limits: { ...LIMITS, ...limits },
    open: () => card.open(),
    freeBytes: () => card.free(),
    timers,
    onMore: () => said.push("more"),
    onStored: (key) => said.push(`stored ${parseKey(key).number}`),
  });
  await timers.pass(0);
  return { outbox, timers, said };
}

function put(outbox: Outbox, from: number, to: number): void {
  for (let n = from; n <= to; n++) outbox.put([{ at: null, body: `{"n":${n}}` }]);
}

const numbers = (records: readonly OutboxRecord[]) => records.map(({ body }) => JSON.parse(body).n as number);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** All that it gives, in portions, each confirmed or not. */
async function readAll(outbox: Outbox, { confirm = true } = {}): Promise<number[]> {
  const found: number[] = [];
  for (let after = FIRST_KEY; ; ) {
    const some = await outbox.read(outbox.id, after, 64);
    if (some.length === 0) return found;
    found.push(...numbers(some));
    after = some.at(-1)!.key;
    if (confirm) outbox.confirm(outbox.id, after);
  }
}

spec("what is confirmed before its batch is due never touches the card", async () => {
  const card = new MemoryCard();
  const { outbox, timers, said } = await begin(card);
  for (let n = 1; n <= 100; n += 10) {
    put(outbox, n, n + 9);
    assert.equal(await readAll(outbox), range(n, n + 9));
    await timers.pass(3000);
  }
  assert.equal(card.log, ["open"]);
  assert.is(outbox.facts.records, 0);
  assert.equal(
    said.filter((word) => word !== "more"),
    [],
  );
});

spec(
  "what is not is synced together, at the latest after syncEvery, and at once when it is a batch",
  async () => {
    const card = new MemoryCard();
    const { outbox, timers, said } = await begin(card);
    put(outbox, 1, 1);
    await timers.pass(4000);
    put(outbox, 2, 9);
    await timers.pass(999);
    assert.equal(card.log, ["open"]);
    await timers.pass(1);
    assert.equal(card.log, ["open", "append 9"]);
    put(outbox, 10, 109);
    await timers.pass(0);
    assert.equal(card.log, ["open", "append 9", "append 100"]);
    assert.equal(said, ["stored 9", "stored 109"]);
  },
);

spec("what comes while a batch is synced waits for its own time", async () => {
  const card = new MemoryCard();
  const { outbox, timers } = await begin(card);
  let answer = () => {};
  card.hang = new Promise((done) => {
    answer = done;
  });
  put(outbox, 1, 10);
  await timers.pass(5000);
  put(outbox, 11, 11);
  card.hang = undefined;
  answer();
  await timers.pass(4999);
  assert.equal(card.log, ["open", "append 10"]);
  await timers.pass(1);
  assert.equal(card.log, ["open", "append 10", "append 1"]);
});

spec("records come back in order over restarts, each once, with ids of their own", async () => {
  const card = new MemoryCard();
  for (const from of [1, 301, 601]) {
    const { outbox, timers } = await begin(card);
    put(outbox, from, from + 249);
    await timers.pass(100);
    put(outbox, from + 250, from + 299);
    await outbox.close();
  }
  const { outbox, timers } = await begin(card);
  put(outbox, 901, 950);
  const seen = await outbox.read(outbox.id, FIRST_KEY, 5000);
  assert.equal(numbers(seen), range(1, 900));
  assert.is(new Set(seen.map(({ key }) => key)).size, 900);
  assert.equal(await readAll(outbox), range(1, 950));
  await timers.pass(1000);
  assert.equal(card.records, []);
  await outbox.close();
  assert.is(card.log.at(-1), "close");
});

spec("what was read and not confirmed is read again by whoever comes next, under the same key", async () => {
  const card = new MemoryCard();
  const first = await begin(card);
  put(first.outbox, 1, 200);
  await first.timers.pass(0);
  const before = await first.outbox.read(first.outbox.id, FIRST_KEY, 64);
  first.outbox.confirm(first.outbox.id, before[9]!.key);
  await first.outbox.close();
  const { outbox } = await begin(card);
  const after = await outbox.read("", FIRST_KEY, 64);
  assert.equal(numbers(after), range(11, 74));
  assert.is(after[0]!.key, before[10]!.key);
});

spec("beyond its size the oldest goes and is counted", async () => {
  const card = new MemoryCard();
  const { outbox, timers } = await begin(card, { sizeBytes: 10_000 });
  for (let n = 0; n < 20; n++) {
    put(outbox, n * 100 + 1, n * 100 + 100);
    await timers.pass(10);
    assert.ok(outbox.facts.bytes <= 10_000, String(outbox.facts.bytes));
  }
  const kept = await readAll(outbox, { confirm: false });
  assert.equal(kept, range(2001 - kept.length, 2000));
  assert.ok(kept.length > 200);
  assert.is(outbox.facts.dropped, 2000 - kept.length);
});

spec("beyond its age it goes, too, by a clock that stands still while the board is off", async () => {
  const card = new MemoryCard();
  const first = await begin(card, { ageMs: 3 * HOUR_MS });
  put(first.outbox, 1, 10);
  await first.timers.pass(2 * HOUR_MS);
  put(first.outbox, 11, 20);
  await first.outbox.close();
  const { outbox, timers } = await begin(card, { ageMs: 3 * HOUR_MS });
  assert.is(Math.round(outbox.facts.oldestMs! / HOUR_MS), 2);
  await timers.pass(2.1 * HOUR_MS);
  assert.equal(await readAll(outbox, { confirm: false }), range(11, 20));
  assert.is(outbox.facts.dropped, 10);
});

spec("a card that hangs keeps nobody waiting: what is in memory is bounded, the oldest goes", async () => {
  const card = new MemoryCard();
  const { outbox, timers } = await begin(card, { sizeBytes: 1_000_000 });
  let answer = () => {};
  card.hang = new Promise((done) => {
    answer = done;
  });
  put(outbox, 1, 100);
  await timers.pass(30_000);
  assert.is(outbox.facts.fault?.code, "slow");
  put(outbox, 101, 6000);
  const { records, dropped } = outbox.facts;
  assert.is(records, LARGEST_PENDING.records);
  assert.is(dropped, 6000 - records);
  // Read in the meantime: the batch that is being written is still the oldest.
  assert.equal(numbers(await outbox.read(outbox.id, FIRST_KEY, 101)), [
    ...range(1, 100),
    6000 - records + 101,
  ]);
  card.hang = undefined;
  answer();
  await timers.pass(1000);
  assert.is(outbox.facts.fault, null);
  assert.equal(await readAll(outbox), [...range(1, 100), ...range(6000 - records + 101, 6000)]);
});

for (const fault of ["full", "readOnly", "failed"] as const) {
  spec(
    `a card that is ${fault} is a fault; what is stored is still read, and it goes on by itself`,
    async () => {
      const card = new MemoryCard();
      const { outbox, timers } = await begin(card);
      put(outbox, 1, 150);
      await timers.pass(5000);
      card.fault = fault;
      put(outbox, 151, 300);
      await timers.pass(5000);
      assert.is(outbox.facts.fault?.code, fault);
      assert.equal(await readAll(outbox, { confirm: false }), range(1, 300));
      await timers.pass(600_000);
      card.fault = undefined;
      await timers.pass(60_000);
      assert.is(outbox.facts.fault, null);
      assert.is(card.records.length, 300);
      assert.equal(await readAll(outbox), range(1, 300));
    },
  );
}

spec(
  "without a store from the start it works from memory, and keeps what is left when one opens",
  async () => {
    const card = new MemoryCard();
    card.fault = "readOnly";
    const { outbox, timers, said } = await begin(card);
    const volatile = outbox.id;
    put(outbox, 1, 10);
    const some = await outbox.read(volatile, FIRST_KEY, 5);
    outbox.confirm(volatile, some.at(-1)!.key);
    card.fault = undefined;
    await timers.pass(60_000);
    assert.is(outbox.id, card.id);
    assert.equal(numbers(card.records), range(6, 10));
    // A key of the time before says nothing here.
    outbox.confirm(volatile, "99999999");
    assert.equal(numbers(await outbox.read(volatile, "99999999", 64)), range(6, 10));
    assert.ok(said.includes("stored 5"));
  },
);

spec("where the machine has little space left what comes takes the place of the oldest", async () => {
  const card = new MemoryCard();
  const { outbox, timers } = await begin(card);
  put(outbox, 1, 500);
  await timers.pass(5000);
  const { bytes } = outbox.facts;
  card.freeBytes = 6 * 1024 * 1024;
  put(outbox, 501, 700);
  await timers.pass(5000);
  assert.is(outbox.facts.fault?.code, "full");
  assert.ok(outbox.facts.bytes <= bytes);
  assert.is(numbers(card.records).at(-1), 700);
  assert.is(outbox.facts.dropped, 700 - card.records.length);
  card.freeBytes = 1e9;
  put(outbox, 701, 800);
  await timers.pass(5000);
  assert.is(outbox.facts.fault, null);
  assert.is(outbox.facts.dropped, 800 - card.records.length);
});

spec("a card that was full is looked at again although nothing is to be written", async () => {
  const card = new MemoryCard();
  const { outbox, timers } = await begin(card);
  card.freeBytes = 1_000_000;
  put(outbox, 1, 100);
  await timers.pass(10);
  assert.is(outbox.facts.fault?.code, "full");
  assert.equal(await readAll(outbox), range(1, 100));
  card.freeBytes = 1e9;
  await timers.pass(120_000);
  assert.is(outbox.facts.fault, null);
});

spec("a reader that has read all is told once when there is more", async () => {
  const { outbox, said } = await begin(new MemoryCard());
  assert.equal(await readAll(outbox), []);
  put(outbox, 1, 20);
  assert.equal(said, ["more"]);
  assert.equal(await readAll(outbox), range(1, 20));
});
