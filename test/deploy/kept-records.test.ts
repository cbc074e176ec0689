import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { KeptRecords } from "../../deploy/board/kept-records.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

/** Records whose writes are called by hand. */
function records(t: SpecContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-kept-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "numbers.json");
  const waits: number[] = [];
  const notKept: string[] = [];
  let due: (() => Promise<void>) | undefined;
  const hand = {
    nowMs: 0,
    waits,
    notKept,
    file,
    /** The write that waits, if any. */
    async write(): Promise<void> {
      const write = due;
      due = undefined;
      await write?.();
    },
    read: () => JSON.parse(readFileSync(hand.file, "utf8")) as unknown,
    open: () =>
      new KeptRecords<number>({
        file: hand.file,
        notKept: (why) => notKept.push(why),
        isRecord: (value): value is number => typeof value === "number",
        writeEveryMs: 10_000,
        timers: {
          now: () => hand.nowMs,
          later(write, afterMs) {
            waits.push(afterMs);
            due = write;
            return () => {
              due = undefined;
            };
          },
        },
      }),
  };
  return hand;
}

spec(
  "the first change is written at once, and what follows together, when the time has passed",
  async (t) => {
    const hand = records(t);
    const kept = hand.open();
    kept.keep("a", 1);
    await hand.write();
    assert.equal([hand.read(), hand.waits], [{ a: 1 }, [0]]);
    hand.nowMs = 2000;
    for (let n = 2; n < 100; n++) kept.keep("a", n);
    kept.keep("b", 7);
    assert.equal([hand.read(), hand.waits], [{ a: 1 }, [0, 8000]]);
    hand.nowMs = 10_000;
    await hand.write();
    assert.equal([hand.read(), hand.waits], [{ a: 99, b: 7 }, [0, 8000]]);
  },
);

spec("what changes while it is being written is written next; what is as written is not", async (t) => {
  const hand = records(t);
  const kept = hand.open();
  kept.keep("a", 1);
  const writing = hand.write();
  kept.keep("a", 2);
  await writing;
  assert.equal([hand.read(), hand.waits], [{ a: 1 }, [0, 10_000]]);
  await hand.write();
  kept.keep("a", 2);
  assert.equal([hand.read(), hand.waits], [{ a: 2 }, [0, 10_000]]);
});

spec("what is not urgent waits for the next write, or for the end", async (t) => {
  const hand = records(t);
  const kept = hand.open();
  kept.keep("a", 1, false);
  assert.equal(hand.waits, []);
  kept.keep("b", 2);
  await hand.write();
  assert.equal(hand.read(), { a: 1, b: 2 });
  kept.keep("a", 3, false);
  kept.flush();
  assert.equal(hand.read(), { a: 3, b: 2 });
});

spec("another process finds what was kept, without what is not right", async (t) => {
  const hand = records(t);
  writeFileSync(hand.file, '{"a":1,"b":"two"}');
  const kept = hand.open();
  assert.equal([kept.of("a"), kept.of("b")], [1, undefined]);
  kept.keep("a", undefined);
  await hand.write();
  assert.equal(hand.read(), {});
  writeFileSync(hand.file, '{"a":');
  assert.is(hand.open().of("a"), undefined);
});

spec("a folder that takes nothing costs what is kept and no more: said once, tried again", async (t) => {
  const hand = records(t);
  // A file where the folder should be stands in the way of root, too, whom no mode stops.
  const inTheWay = join(dirname(hand.file), "taken");
  writeFileSync(inTheWay, "");
  hand.file = join(inTheWay, "numbers.json");
  const kept = hand.open();
  kept.keep("a", 1);
  await hand.write();
  await hand.write();
  assert.is(hand.notKept.length, 1);
  assert.match(hand.notKept[0]!, /^numbers\.json: E(EXIST|NOTDIR): .*taken/);
  rmSync(inTheWay);
  await hand.write();
  assert.equal([hand.read(), hand.notKept.length], [{ a: 1 }, 1]);
  rmSync(inTheWay, { recursive: true });
  writeFileSync(inTheWay, "");
  kept.keep("a", 2);
  kept.flush();
  assert.is(hand.notKept.length, 2);
});
