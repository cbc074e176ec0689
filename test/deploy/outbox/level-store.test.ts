import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openLevelStore } from "../../../deploy/outbox/level-store.ts";
import { FIRST_KEY, type OutboxRecord, recordBytes, recordKey } from "../../../deploy/outbox/record.ts";
import { StoreError } from "../../../deploy/outbox/record-store.ts";
import { freeBytes } from "../../../deploy/outbox/storage-room.ts";
import { spec } from "../../harness/spec.ts";
import { storeFolder } from "./a-program.ts";
import { smallCard } from "./small-card.ts";

const record = (run: number, number: number, body = `{"n":${number}}`): OutboxRecord => ({
  key: recordKey(run, number),
  stampMs: number * 10,
  at: number % 2 === 0 ? null : "2026-11-22T18:06:00.123Z",
  body,
});
const some = (run: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => record(run, from + index));

async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, StoreError);
    return (error as StoreError).code;
  }
  return "it worked";
}

spec("what was appended is there after it is opened again, in order, with its counts", async (t) => {
  const place = storeFolder(t);
  const first = await openLevelStore(place);
  assert.is(first.run, 1);
  assert.is(first.records, 0);
  await first.store.append(some(1, 1, 1500));
  await first.store.mark(20_000);
  await first.store.close();
  const { store, id, run, records, bytes, newest, clockMs } = await openLevelStore(place);
  t.defer(() => store.close());
  assert.is(id, first.id);
  assert.match(id, /^[0-9a-f]{8}$/);
  assert.is(run, 2);
  assert.is(records, 1500);
  assert.is(
    bytes,
    some(1, 1, 1500).reduce((sum, each) => sum + recordBytes(each), 0),
  );
  assert.is(newest, recordKey(1, 1500));
  assert.is(clockMs, 20_000);
  await store.append(some(2, 1, 10));
  assert.equal(await store.read(FIRST_KEY, 3), some(1, 1, 3));
  assert.equal(await store.read(recordKey(1, 1499), 3), [record(1, 1500), ...some(2, 1, 2)]);
});

spec("what was removed is gone, and the rest is still in order", async (t) => {
  const place = storeFolder(t);
  const { store } = await openLevelStore(place);
  await store.append(some(1, 1, 100));
  await store.removeTo(recordKey(1, 40));
  await store.removeTo(recordKey(1, 20));
  assert.equal(await store.read(FIRST_KEY, 2), some(1, 41, 42));
  await store.close();
  const again = await openLevelStore(place);
  t.defer(() => again.store.close());
  assert.is(again.records, 60);
  assert.is(again.clockMs, 1000);
});

spec("one process has it at a time: the other is told that it is in use", async (t) => {
  const place = storeFolder(t);
  const { store } = await openLevelStore(place);
  assert.is(await refusal(() => openLevelStore(place)), "inUse");
  await store.close();
  const again = await openLevelStore(place);
  await again.store.close();
});

spec("a torn end of the log costs what was being written, not what was there", async (t) => {
  const place = storeFolder(t);
  const { store } = await openLevelStore(place);
  await store.append(some(1, 1, 50));
  await store.append(some(1, 51, 60));
  await store.close();
  const log = readdirSync(place).find((file) => file.endsWith(".log"))!;
  const { size } = statSync(join(place, log));
  truncateSync(join(place, log), size - 5);
  const again = await openLevelStore(place);
  t.defer(() => again.store.close());
  assert.is(again.records, 50);
  assert.is(again.damage, undefined);
});

spec(
  "whatever a power cut leaves behind the last sync, all before it is there, and nothing half",
  async (t) => {
    const place = storeFolder(t);
    const { store } = await openLevelStore(place);
    await store.append(some(1, 1, 300));
    const log = join(place, readdirSync(place).find((file) => file.endsWith(".log"))!);
    const { size: synced } = statSync(log);
    await store.append(some(1, 301, 600));
    await store.close();
    const whole = readFileSync(log);
    const files = new Map(readdirSync(place).map((file) => [file, readFileSync(join(place, file))]));
    const endings: ((cut: number) => Buffer)[] = [
      (cut) => whole.subarray(0, cut),
      (cut) => Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut)]),
      (cut) => Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut, 0xa5)]),
    ];
    for (let trial = 0; trial < 30; trial++) {
      rmSync(place, { recursive: true });
      mkdirSync(place);
      for (const [file, bytes] of files) writeFileSync(join(place, file), bytes);
      const cut = synced + Math.floor((trial / 30) * (whole.length - synced));
      writeFileSync(log, endings[trial % 3]!(cut));
      const again = await openLevelStore(place);
      assert.is(again.records, 300, `cut at ${cut} of ${synced} to ${whole.length}, ending ${trial % 3}`);
      assert.equal(await again.store.read(FIRST_KEY, 1000), some(1, 1, 300));
      await again.store.append([record(2, 1)]);
      await again.store.close();
    }
  },
);

spec("a damaged store is repaired as far as it goes, and says so", async (t) => {
  const place = storeFolder(t);
  const { store } = await openLevelStore(place);
  await store.append(some(1, 1, 50));
  await store.close();
  writeFileSync(join(place, "CURRENT"), "garbage");
  const again = await openLevelStore(place);
  t.defer(() => again.store.close());
  assert.match(again.damage!, /^repaired: /);
  assert.is(again.records, 50);
});

spec(
  "a full card refuses the batch whole, still reads, and takes more once there is room",
  async (t) => {
    const card = smallCard(t, 24);
    writeFileSync(join(card, "ballast"), Buffer.alloc(12_000_000));
    const place = join(card, "outbox");
    const { store } = await openLevelStore(place);
    const noise = Buffer.alloc(6000);
    let stored = 0;
    const fill = async () => {
      for (;;) {
        for (let at = 0; at < noise.length; at++) noise[at] = Math.floor(Math.random() * 256);
        const body = JSON.stringify({ noise: noise.toString("base64") });
        await store.append(Array.from({ length: 5 }, (_, index) => record(1, stored + index + 1, body)));
        stored += 5;
      }
    };
    assert.is(await refusal(fill), "full");
    assert.ok(stored > 100, String(stored));
    assert.is((await store.read(FIRST_KEY, 10)).length, 10);
    rmSync(join(card, "ballast"));
    await store.close();
    const again = await openLevelStore(place);
    t.defer(() => again.store.close());
    assert.is(again.records, stored);
    await again.store.append([record(2, 1)]);
  },
  { limitMs: 30_000 },
);

spec("a card that is read-only says so, whether there is a store on it or not", async (t) => {
  const card = smallCard(t, 24);
  const place = join(card, "outbox");
  const { store } = await openLevelStore(place);
  await store.append(some(1, 1, 20));
  assert.ok((await freeBytes(place)) > 10_000_000);
  await store.close();
  const { status, stderr } = spawnSync("mount", ["-o", "remount,ro", card], { encoding: "utf8" });
  if (status !== 0) t.skip(`it cannot be remounted: ${stderr}`);
  assert.is(await refusal(() => freeBytes(place)), "readOnly");
  assert.is(await refusal(() => openLevelStore(place)), "readOnly");
  assert.is(await refusal(() => openLevelStore(join(card, "another", "outbox"))), "readOnly");
  spawnSync("mount", ["-o", "remount,rw", card]);
  const again = await openLevelStore(place);
  t.defer(() => again.store.close());
  assert.is(again.records, 20);
});
