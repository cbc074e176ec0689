import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { SlotWriter, type SlotWriterOptions } from "../../../deploy/update/slot-writer.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { smallCard } from "../outbox/small-card.ts";
import { temporary } from "./a-place.ts";

const BYTES = Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 31) % 251));
const PAYLOAD = {
  release: "ab".repeat(16),
  bytes: BYTES.length,
  sha256: createHash("sha256").update(BYTES).digest("hex"),
};

async function* chunks(from = 0, size = 1000, endsAt = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  for (let at = from; at < BYTES.length; at += size) {
    if (at >= endsAt) throw new Error("the connection broke");
    yield BYTES.subarray(at, at + size);
  }
}

function writer(t: SpecContext, payload = PAYLOAD, more: Partial<SlotWriterOptions> = {}) {
  const folder = temporary(t);
  const options = { path: join(folder, "slot"), progressFile: join(folder, "progress"), ...more };
  return {
    folder,
    path: options.path,
    again: (other = payload) => new SlotWriter(options, other),
    one: new SlotWriter(options, payload),
  };
}

async function failure(run: Promise<unknown>): Promise<{ code?: string; message: string }> {
  try {
    await run;
    return { message: "none" };
  } catch (error) {
    return error as { code?: string; message: string };
  }
}

spec("what was written is proven by reading it back", async (t) => {
  const { one, path } = writer(t);
  await one.write(chunks());
  await one.prove();
  ok(readFileSync(path).equals(BYTES));
});

spec("what came before a break is not wanted again; of another release all is", async (t) => {
  const { one, again } = writer(t);
  is((await failure(one.write(chunks(0, 1000, 12_000)))).message, "the connection broke");
  is(again().from, 12_000);
  is(again({ ...PAYLOAD, release: "cd".repeat(16) }).from, 0);
  const rest = again();
  await rest.write(chunks(rest.from));
  await rest.prove();
});

spec("a file that is gone or shorter than was remembered is written from where it ends", async (t) => {
  const { one, again, path } = writer(t);
  await one.write(chunks());
  truncateSync(path, 500);
  is(again().from, 500);
  rmSync(path);
  is(again().from, 0);
});

spec(
  "of what another release has begun to write over nothing counts, though the power went before a sync",
  async (t) => {
    const { one, again } = writer(t);
    await one.write(chunks());
    let cut = () => {};
    const isCut = new Promise<void>((done) => {
      cut = done;
    });
    async function* begun() {
      yield BYTES.subarray(0, 1000);
      cut();
      await new Promise(() => {});
    }
    void again({ ...PAYLOAD, release: "cd".repeat(16) }).write(begun());
    await isCut;
    is(again().from, 0);
  },
);

spec("one byte that is wrong is found, and nothing of it counts any more", async (t) => {
  const { one, again } = writer(t, { ...PAYLOAD, sha256: "00".repeat(32) });
  await one.write(chunks());
  const { code, message } = await failure(one.prove());
  is(code, "readBack");
  match(message, "push it again, and try another card if it happens again");
  is(again().from, 0);
});

spec("more than was announced is cut off", async (t) => {
  const { one, path } = writer(t, { ...PAYLOAD, bytes: 5000 });
  is((await failure(one.write(chunks()))).code, "tooBig");
  is(statSync(path).size, 5000);
});

spec("what cannot fit is refused before a byte of it is asked for", async (t) => {
  const { one } = writer(t, { ...PAYLOAD, bytes: 1e15 });
  let asked = false;
  const source = (async function* () {
    asked = true;
    yield BYTES;
  })();
  const { code, message } = await failure(one.write(source));
  is(code, "full");
  match(message, /no room at .*: 1000000000000000 bytes are to come, \d+ fit; free some space/);
  is(asked, false);
});

spec("a rate is kept over the whole, whatever the size of what comes", async (t) => {
  let nowMs = 0;
  const sleeps: number[] = [];
  const sleep = async (ms: number) => {
    sleeps.push(Math.round(ms));
    nowMs += ms;
  };
  const { one } = writer(t, PAYLOAD, { rate: 10_000, sleep, nowMs: () => nowMs });
  await one.write(chunks(0, 4000));
  equal(sleeps, [400, 400, 400, 400, 400]);
});

spec(
  "a card that others fill meanwhile is said to be full, and when there is room again it goes on",
  async (t) => {
    const card = smallCard(t, 24);
    const options = { path: join(card, "slot"), progressFile: join(temporary(t), "progress") };
    const payload = { ...PAYLOAD, bytes: BYTES.length };
    const filler = join(card, "filler");
    async function* filled() {
      for await (const chunk of chunks()) {
        yield chunk;
        fill(filler);
      }
    }
    const { code, message } = await failure(new SlotWriter(options, payload).write(filled()));
    is(code, "full");
    match(message, "free some space on the board");
    rmSync(filler);
    const rest = new SlotWriter(options, payload);
    await rest.write(chunks(rest.from));
    await rest.prove();
  },
);

/** Takes all that is left of a file system. */
function fill(file: string): void {
  const one = openSync(file, "a");
  try {
    for (;;) writeSync(one, Buffer.alloc(65_536, 1));
  } catch (error) {
    is((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(one);
  }
}
