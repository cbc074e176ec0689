import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { PIECE_BYTES } from "../../../deploy/release/pieces.ts";
import { isRefusal } from "../../../deploy/update/refusal.ts";
import { emptied, onTrial, reverted, written } from "../../../deploy/update/slot-steps.ts";
import { UpdateError } from "../../../deploy/update/update-error.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { aKey } from "../release/a-bundle.ts";
import { aPlace, aRelease, memorySource, OLD, receiving, temporary } from "./a-place.ts";
import { failureOf } from "./failure-of.ts";

async function setUp(t: SpecContext, options: Parameters<typeof aRelease>[1] = {}) {
  const work = temporary(t);
  const release = await aRelease(work, options);
  return {
    place: aPlace(temporary(t)),
    release,
    trusted: [release.key.trusted],
    bytes: readFileSync(release.file),
  };
}

/** What lies in the folder of slots beside what was there at the start. */
const left = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !["a", "current", "record", "slots"].includes(name))
    .sort();

spec("a release comes into the spare slot, and nothing is switched", async (t) => {
  const { place, release, trusted, bytes } = await setUp(t);
  const progress: number[] = [];
  const onProgress = (at: number, of: number) => void progress.push(at / of);
  const received = await receiving(place, { source: memorySource(bytes), trusted, onProgress });
  equal([received.how, received.slot, received.release], ["written", "b", release.release]);
  is(readFileSync(join(place.folder, "b/bin/holdfast"), "utf8"), "#!/bin/sh\necho new\n");
  const record = place.records.read()!;
  equal(record.releases, { a: OLD, b: release.release });
  equal([record.active, record.trying], ["a", undefined]);
  is(progress.at(-1), 1);
  equal(left(place.folder), ["b", "manifest-b.json", "receiving-application.tar.gz.json"]);
});

spec("what is there already, or runs, is not fetched again", async (t) => {
  const { place, release, trusted, bytes } = await setUp(t);
  await receiving(place, { source: memorySource(bytes), trusted });
  const again = memorySource(bytes);
  is((await receiving(place, { source: again, trusted })).how, "here");
  equal(again.reads, [`0-${bytes.length}`]);
  const record = place.records.read()!;
  place.records.write({
    ...record,
    sequence: record.sequence + 1,
    releases: { a: release.release, b: undefined },
  });
  is((await receiving(place, { source: memorySource(bytes), trusted })).how, "running");
});

spec("a slot that is in use is not written, and the record stays", async (t) => {
  const { place, trusted, bytes } = await setUp(t);
  const before = place.records.read();
  const checkFree = (slot: string) => Promise.reject(new UpdateError("refused", `slot ${slot} is mounted`));
  const store = Object.assign(place.store, { checkFree });
  const failed = await failureOf(receiving({ ...place, store }, { source: memorySource(bytes), trusted }));
  equal([failed.code, failed.message], ["refused", "slot b is mounted"]);
  equal([place.records.read(), left(place.folder)], [before, []]);
});

spec(
  "a connection that breaks anywhere costs what was under way, and the rest is fetched from there",
  async (t) => {
    const { place, trusted, bytes } = await setUp(t, { size: 4_000_000 });
    let from = 0;
    for (const part of [0.5, 0.7, 0.9]) {
      const endsAt = Math.floor(bytes.length * part);
      const source = memorySource(bytes, endsAt);
      is((await failureOf(receiving(place, { source, trusted }))).message, "the connection broke");
      is(place.records.read()?.releases.b, undefined);
      const start = Number(source.reads.at(-1)!.split("-")[0]);
      ok(start > from, `${start} after ${from}`);
      from = start;
    }
    const rest = memorySource(bytes);
    is((await receiving(place, { source: rest, trusted })).how, "written");
    ok(Number(rest.reads.at(-1)!.split("-")[0]) >= 0.75 * bytes.length, rest.reads.at(-1));
  },
);

spec(
  "a payload that the slot that runs has already is copied from there, and one that is damaged there is noticed",
  async (t) => {
    const { place, release, trusted, bytes } = await setUp(t, { size: 20_000 });
    await receiving(place, { source: memorySource(bytes), trusted });
    const record = place.records.read()!;
    place.records.write({
      ...record,
      sequence: 9,
      active: "b",
      releases: { a: undefined, b: release.release },
    });
    const next = await aRelease(temporary(t), {
      key: release.key,
      size: 20_000,
      about: { created: "2026-12-01T00:00:00Z" },
    });
    const source = memorySource(readFileSync(next.file));
    const progress: number[] = [];
    const onProgress = (_: number, of: number) => void progress.push(of);
    const whole = readFileSync(join(place.folder, "b/program/data"));
    writeFileSync(join(place.folder, "b/program/data"), "worn");
    is((await failureOf(receiving(place, { source, trusted, onProgress }))).code, "readBack");
    writeFileSync(join(place.folder, "b/program/data"), whole);
    is(existsSync(join(place.folder, "a/program/data")), false);
    const received = await receiving(place, { source, trusted, onProgress });
    equal([received.how, received.slot], ["written", "a"]);
    equal(progress, []);
    ok(readFileSync(join(place.folder, "a/program/data")).equals(whole));
    is(statSync(join(place.folder, "a/bin/holdfast")).mode & 0o777, 0o755);
  },
);

spec("a slot is everybody's to read, whatever the umask, whether it was fetched or copied", async (t) => {
  const before = process.umask(0o077);
  t.defer(() => process.umask(before));
  const { place, release, trusted, bytes } = await setUp(t);
  await receiving(place, { source: memorySource(bytes), trusted });
  const record = place.records.read()!;
  const releases = { a: undefined, b: release.release };
  place.records.write({ ...record, sequence: 9, active: "b", releases });
  const next = await aRelease(temporary(t), { key: release.key, about: { created: "2026-12-01T00:00:00Z" } });
  await receiving(place, { source: memorySource(readFileSync(next.file)), trusted });
  const mode = (path: string) => statSync(join(place.folder, path)).mode & 0o777;
  for (const slot of ["a", "b"]) {
    for (const folder of ["", "/bin", "/program"]) is(mode(`${slot}${folder}`), 0o755, `${slot}${folder}`);
    is(mode(`${slot}/bin/holdfast`), 0o755);
    is(mode(`${slot}/program/data`), 0o644);
  }
});

for (const [what, code, options, change] of [
  ["of another kind of machine", "wrongTarget", { about: { target: "linux-armv7l" } }, undefined],
  ["of another board", "wrongBoard", { about: { board: "pumphouse" } }, undefined],
  [
    "that needs a newer kernel",
    "tooOldHere",
    { about: { minimum: { kernel: "99.0", glibc: "2.0" } } },
    undefined,
  ],
  ["that ends before its signature", "truncated", {}, (bytes: Buffer) => bytes.subarray(0, 700)],
  ["that ends within its last payload", "truncated", {}, (bytes: Buffer) => bytes.subarray(0, -2048)],
  ["with another manifest", "wrongSignature", {}, (bytes: Buffer) => changed(bytes, 600)],
] as const) {
  spec(`a bundle ${what} is refused before anything is written: ${code}`, async (t) => {
    const { place, trusted, bytes } = await setUp(t, options);
    const source = memorySource(change?.(Buffer.from(bytes)) ?? bytes);
    is((await failureOf(receiving(place, { source, trusted }))).code, code);
    is(isRefusal(code), code !== "truncated", "what ends early may come whole the next time");
    equal(left(place.folder), []);
    is(place.records.read()?.sequence, 1);
  });
}

spec("a bundle of somebody else's key is refused, also where no key is trusted", async (t) => {
  const { place, bytes } = await setUp(t);
  const other = aKey(temporary(t)).trusted;
  is(
    (await failureOf(receiving(place, { source: memorySource(bytes), trusted: [other] }))).code,
    "unknownKey",
  );
  is((await failureOf(receiving(place, { source: memorySource(bytes), trusted: [] }))).code, "unknownKey");
  equal(left(place.folder), []);
});

spec(
  "a payload that was changed on the way is refused before it is written, and what came before is not fetched anew",
  async (t) => {
    const { place, trusted, bytes } = await setUp(t, { size: 600_000 });
    const bad = changed(Buffer.from(bytes), bytes.length - 5000);
    const { code, message } = await failureOf(receiving(place, { source: memorySource(bad), trusted }));
    is(code, "damaged");
    match(message, "application.tar.gz: bytes 262144 to");
    is(place.records.read()?.releases.b, undefined);
    is(existsSync(join(place.folder, "b")), false);
    const good = memorySource(bytes);
    is((await receiving(place, { source: good, trusted })).how, "written");
    ok(Number(good.reads.at(-1)!.split("-")[0]) > PIECE_BYTES, good.reads.at(-1));
  },
);

spec("a release that did not hold is not even fetched, unless somebody says so", async (t) => {
  const { place, release, trusted, bytes } = await setUp(t);
  const back = reverted(onTrial(written(place.records.read()!, release.release)), "pump: no good on");
  place.records.write(emptied(back));
  const { code, message } = await failureOf(receiving(place, { source: memorySource(bytes), trusted }));
  is(code, "refused");
  match(message, "pump: no good on; --retry");
  is(
    (await receiving(place, { source: memorySource(bytes), trusted, flags: { retry: true } })).how,
    "written",
  );
});

spec("while a release is on trial nothing is written over it", async (t) => {
  const { place, trusted, bytes, release } = await setUp(t);
  place.records.write(onTrial(written(place.records.read()!, OLD)));
  is((await failureOf(receiving(place, { source: memorySource(bytes), trusted }))).code, "onTrial");
  // The release to go back to does not run, either.
  const trial = place.records.read()!;
  place.records.write({ ...trial, releases: { ...trial.releases, [trial.active]: release.release } });
  is((await failureOf(receiving(place, { source: memorySource(bytes), trusted }))).code, "onTrial");
  equal(left(place.folder), []);
});

spec("an older release needs --downgrade, and is not fetched without", async (t) => {
  const { place, release, trusted, bytes } = await setUp(t);
  await receiving(place, { source: memorySource(bytes), trusted });
  const record = place.records.read()!;
  place.records.write({
    ...record,
    sequence: 9,
    active: "b",
    releases: { a: undefined, b: release.release },
  });
  const work = temporary(t);
  const older = await aRelease(work, { key: release.key, about: { created: "2026-01-01T00:00:00Z" } });
  const source = memorySource(readFileSync(older.file));
  const { code, message } = await failureOf(receiving(place, { source, trusted }));
  is(code, "refused");
  match(message, "0.1.0 of 2026-01-01 00:00 is older than 0.1.0 of 2026-11-26 01:31, which runs");
  is((await receiving(place, { source, trusted, flags: { downgrade: true } })).slot, "a");
});

spec("more than a board takes is refused with both numbers", async (t) => {
  const { place, trusted, bytes } = await setUp(t, { size: 9000 });
  const { code, message } = await failureOf(
    receiving(place, { source: memorySource(bytes), trusted, limit: 5000 }),
  );
  is(code, "tooBig");
  match(message, /is \d+ bytes, and this board takes 5000: --limit allows more/);
  equal(left(place.folder), []);
});

function changed(bytes: Buffer, at: number): Buffer {
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
}
