import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { BundleError } from "../../../deploy/release/bundle-error.ts";
import { openBundle } from "../../../deploy/release/bundle-reader.ts";
import { writeBundle } from "../../../deploy/release/bundle-writer.ts";
import { packFiles } from "../../../deploy/release/packed-files.ts";
import { isSignedBy, type ReleaseKey, readReleaseKey } from "../../../deploy/release/release-key.ts";
import { unpackFiles } from "../../../deploy/release/unpack-files.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";
import { ABOUT, aBundle, aKey, FILES, inChunks, someParts } from "./a-bundle.ts";

/** Reads all of it; resolves to the bytes of each payload. */
async function readAll(
  bytes: Buffer,
  trusted: readonly ReleaseKey[],
  chunk = 100,
): Promise<Map<string, Buffer>> {
  const bundle = await openBundle(inChunks(bytes, chunk), trusted, "x.holdfast");
  const found = new Map<string, Buffer>();
  for await (const { payload, bytes: content } of bundle.payloads()) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    found.set(payload.name, Buffer.concat(parts));
  }
  return found;
}

/** The code of the `BundleError` that it threw; anything else fails. */
async function fault(work: Promise<unknown>): Promise<BundleError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

spec("what was packed, signed and written comes out again, in chunks of any size", async (t) => {
  const folder = aFolder(t);
  const key = aKey(folder);
  const bytes = await aBundle(folder, [key]);
  for (const size of [1, 511, 512, 1_000_000]) {
    const bundle = await openBundle(inChunks(bytes, size), [key.trusted], "x.holdfast");
    assert.is(bundle.signedBy, key.trusted.id);
    assert.match(bundle.release, /^[0-9a-f]{32}$/);
    assert.equal({ ...bundle.manifest, payloads: [] }, { ...ABOUT, payloads: [] });
    const out = mkdtempSync(join(folder, "out-"));
    const names: string[] = [];
    for await (const { payload, bytes: content } of bundle.payloads()) {
      names.push(payload.name);
      if (payload.files !== undefined) await unpackFiles(payload, content, join(out, "release"));
      else for await (const part of content) assert.ok(part.every((byte) => byte === 7));
    }
    assert.equal(names, ["application.tar.gz", "slot.img"]);
    for (const [path, text] of Object.entries(FILES)) {
      assert.is(readFileSync(join(out, "release", path), "utf8"), text);
      assert.is(statSync(join(out, "release", path)).mode & 0o777, path.startsWith("bin/") ? 0o755 : 0o644);
    }
  }
});

spec("the same parts and key make the same bytes, and tar and OpenSSL read them", async (t) => {
  const [one, two] = [aFolder(t), aFolder(t)];
  const key = aKey(one);
  const bytes = await aBundle(one, [key]);
  assert.ok(bytes.equals(await aBundle(two, [key])));
  const file = join(one, "release.holdfast");
  const tar = (...args: string[]) => execFileSync("tar", args, { cwd: two, encoding: "utf8" });
  const names = ["manifest.json", `signatures/${key.trusted.id}`, "application.tar.gz", "slot.img"];
  assert.equal(tar("-tf", file).trim().split("\n"), names);
  tar("-xf", file);
  assert.equal(tar("-tzf", "application.tar.gz").trim().split("\n"), Object.keys(FILES).sort());
  const said = execFileSync("openssl", [
    ...["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", join(one, "release.pub")],
    ...["-in", join(two, "manifest.json"), "-sigfile", join(two, `signatures/${key.trusted.id}`)],
  ]);
  assert.match(said.toString(), /Success/);
});

spec(
  "wherever a bit is turned over, the bundle is refused by name",
  async (t) => {
    const folder = aFolder(t);
    const key = aKey(folder);
    const bytes = await aBundle(folder, [key]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length * 8 - 1),
        fc.integer({ min: 1, max: 4096 }),
        async (bit, chunk) => {
          const changed = Buffer.from(bytes);
          changed[bit >> 3]! ^= 1 << (bit & 7);
          const { code } = await fault(readAll(changed, [key.trusted], chunk));
          assert.ok(
            ["notABundle", "damaged", "wrongSignature", "unknownKey", "truncated"].includes(code),
            code,
          );
        },
      ),
      propertyRuns(400),
    );
  },
  propertyLimitMs(20_000),
);

spec(
  "a bundle that ends early, or goes on, is refused by name",
  async (t) => {
    const folder = aFolder(t);
    const key = aKey(folder);
    const bytes = await aBundle(folder, [key]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const error = await fault(readAll(bytes.subarray(0, length), [key.trusted]));
        assert.is(error.code, "truncated");
        assert.match(error.message, new RegExp(`^x\\.holdfast ends after ${length} bytes, and \\d+ bytes`));
      }),
      propertyRuns(100),
    );
    const longer = Buffer.concat([bytes, Buffer.from("more")]);
    assert.is((await fault(readAll(longer, [key.trusted]))).code, "damaged");
    const other = Buffer.from("#!/bin/sh\n".repeat(200));
    assert.is((await fault(readAll(other, [key.trusted]))).code, "notABundle");
  },
  propertyLimitMs(10_000),
);

spec("only keys that are trusted count: by name, by signature, several while one is replaced", async (t) => {
  const folder = aFolder(t);
  const [old, next, strange] = [aKey(folder, "old"), aKey(folder, "next"), aKey(folder, "strange")];
  const byOld = await aBundle(folder, [old]);
  await readAll(byOld, [next.trusted, old.trusted]);
  const unknown = await fault(readAll(byOld, [next.trusted]));
  assert.is(unknown.code, "unknownKey");
  assert.match(
    unknown.message,
    new RegExp(`signed by ${old.trusted.id}, trusted here: ${next.trusted.id}\\.`),
  );
  assert.match((await fault(readAll(byOld, []))).message, /trusted here: no key at all/);
  const byBoth = await aBundle(folder, [old, next]);
  for (const { trusted } of [old, next]) await readAll(byBoth, [trusted]);
  // Who calls himself by the id of a trusted key.
  const pretending = { ...strange, trusted: { ...strange.trusted, id: old.trusted.id } };
  assert.is(
    (await fault(readAll(await aBundle(folder, [pretending]), [old.trusted]))).code,
    "wrongSignature",
  );
  assert.is((await fault(readAll(await aBundle(folder, []), [old.trusted]))).code, "unknownKey");
  const public_ = readReleaseKey(join(folder, "next.pub"));
  assert.ok(isSignedBy(public_, Buffer.from("a"), next.sign(Buffer.from("a"))));
  assert.not(isSignedBy(public_, Buffer.from("b"), next.sign(Buffer.from("a"))));
});

spec("a bundle is written whole or not at all", async (t) => {
  const folder = aFolder(t);
  const parts = await someParts(folder);
  const out = join(folder, "out.holdfast");
  const wrong = { ...ABOUT, board: "../greenhouse" };
  assert.is((await fault(writeBundle(out, wrong, parts, [aKey(folder)]))).code, "badManifest");
  const gone = parts.map((part) => ({ ...part }));
  const writing = writeBundle(join(folder, "out.holdfast/x"), ABOUT, gone, [aKey(folder)]);
  await writing;
  assert.ok(existsSync(join(folder, "out.holdfast/x")));
  await writeBundle(join(folder, "out.holdfast"), ABOUT, gone, [aKey(folder)]).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /out\.holdfast was not written: EISDIR|ENOTEMPTY/),
  );
  assert.not(existsSync(join(folder, "out.holdfast.new")));
});

spec("an archive that holds anything but what was signed is not unpacked", async (t) => {
  const folder = aFolder(t);
  const [part] = await someParts(folder);
  const { files = [], file } = part!;
  const payload = { name: "application.tar.gz", size: 0, sha256: "", files };
  const unpack = (bytes: Buffer, list = files) =>
    fault(unpackFiles({ ...payload, files: list }, inChunks(bytes, 64), mkdtempSync(join(folder, "out-"))));
  const bytes = readFileSync(file);
  const [first, ...others] = files;
  assert.is((await unpack(bytes, others)).code, "damaged", "a file too many");
  assert.is((await unpack(bytes, [...files, { ...first!, path: "more" }])).code, "damaged", "one too few");
  assert.is((await unpack(bytes, [{ ...first!, path: "other" }, ...others])).code, "damaged", "another name");
  assert.is((await unpack(bytes, [{ ...first!, sha256: "0".repeat(64) }, ...others])).code, "damaged");
  assert.is((await unpack(bytes, [{ ...first!, path: "../out" }, ...others])).code, "badManifest");
  assert.is((await unpack(bytes.subarray(0, 100))).code, "damaged", "gzip ends early");
  assert.is((await unpack(Buffer.from("no gzip"))).code, "damaged");
  const out = mkdtempSync(join(folder, "there-"));
  writeFileSync(join(out, "empty"), "");
  const there = await fault(unpackFiles(payload, inChunks(bytes, 64), out));
  assert.is(there.code, "notWritten", "nothing is written over");
  const big = { ...first!, path: "big", size: 10_000_000 };
  writeFileSync(join(folder, "files/big"), Buffer.alloc(10_000_000));
  await packFiles(join(folder, "files"), [big], join(folder, "bomb.gz"));
  const bomb = readFileSync(join(folder, "bomb.gz"));
  assert.ok(bomb.length < 20_000);
  assert.is((await unpack(bomb, [{ ...big, size: 10 }])).code, "damaged", "no more than was signed");
});
