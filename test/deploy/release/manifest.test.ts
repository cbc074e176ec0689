import fc from "fast-check";
import * as assert from "uvu/assert";
import { BundleError } from "../../../deploy/release/bundle-error.ts";
import { decodeManifest, isInside } from "../../../deploy/release/decode-manifest.ts";
import { checkFitsHere, isOlder, thisMachine } from "../../../deploy/release/fits-here.ts";
import { compareReleases, encodeManifest, type Manifest } from "../../../deploy/release/manifest.ts";
import { padding, readTarHeader, tarHeader } from "../../../deploy/release/tar-header.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { ABOUT } from "./a-bundle.ts";

const HASH = "0".repeat(64);
const MANIFEST: Manifest = { ...ABOUT, payloads: [{ name: "slot.img", size: 1, sha256: HASH }] };
const file = (path: string) => ({ path, size: 1, mode: 0o644, sha256: HASH }) as const;

function fault(work: () => unknown): BundleError {
  try {
    work();
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const decoded = (change: object) =>
  decodeManifest(Buffer.from(JSON.stringify({ ...MANIFEST, ...change })), "x");

spec("a manifest is read as it was written, without what is not known", () => {
  assert.equal(decodeManifest(encodeManifest(MANIFEST), "x"), MANIFEST);
  assert.equal(decoded({ later: true }), MANIFEST);
  const slot = { ...MANIFEST.payloads[0]!, holds: { system: HASH, files: [file("bin/node")] } };
  const holding: Manifest = { ...MANIFEST, payloads: [slot] };
  assert.equal(decodeManifest(encodeManifest(holding), "x"), holding);
});

spec("a newer format is told from a mistake, and says what helps", () => {
  const { code, message } = fault(() => decoded({ format: 2 }));
  assert.is(code, "newerFormat");
  assert.is(
    message,
    "x: found format 2, allowed is 1: update this Holdfast first, to a release between the two",
  );
  assert.is(fault(() => decodeManifest(Buffer.from("{"), "x")).code, "badManifest");
  for (const value of [null, [], 3]) {
    const bytes = Buffer.from(JSON.stringify(value));
    assert.is(fault(() => decodeManifest(bytes, "x")).code, "badManifest");
  }
});

spec("what no manifest may say is refused, and where is told", () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ target: "linux-mips" }, /target: found "linux-mips", allowed .*"linux-arm64"/],
    [{ board: "../x" }, /board/],
    [{ created: "today" }, /created/],
    [{ payloads: [] }, /payloads/],
    [{ payloads: [{ name: "../x", size: 1, sha256: HASH }] }, /payloads\.0\.name/],
    [{ payloads: [{ name: "a", size: -1, sha256: HASH }] }, /payloads\.0\.size/],
    [{ payloads: [{ name: "a", size: 1, sha256: HASH, pieces: "?" }] }, /payloads\.0\.pieces/],
    [
      { payloads: [{ name: "a", size: 1, sha256: HASH, pieces: "AAAA" }] },
      /a has other pieces than its 1 bytes/,
    ],
    [
      { payloads: [{ name: "a", size: 1, sha256: HASH, holds: { system: "?", files: [] } }] },
      /holds\.system/,
    ],
    [{ payloads: [{ name: "a", size: 2 ** 40, sha256: HASH }] }, /payloads\.0\.size/],
    [{ payloads: [MANIFEST.payloads[0], MANIFEST.payloads[0]] }, /two payloads slot\.img/],
    [{ payloads: [{ ...MANIFEST.payloads[0], files: [file("a"), file("a")] }] }, /a is there twice/],
    [{ payloads: [{ ...MANIFEST.payloads[0], files: [file("a/b"), file("a")] }] }, /a is there twice, or/],
    [{ payloads: [{ ...MANIFEST.payloads[0], files: [file("../a")] }] }, /files\.0\.path/],
    [{ payloads: [{ ...MANIFEST.payloads[0], files: [{ ...file("a"), mode: 0o4755 }] }] }, /files\.0\.mode/],
  ];
  for (const [change, where] of wrong) {
    const { code, message } = fault(() => decoded(change));
    assert.is(code, "badManifest", JSON.stringify(change));
    assert.match(message, where);
  }
});

spec(
  "whatever stands in a signed manifest, it is read or refused by name",
  () => {
    const paths = Object.keys(MANIFEST) as (keyof Manifest)[];
    const one = { ...MANIFEST, payloads: [{ ...MANIFEST.payloads[0]!, files: [file("a"), file("b/c")] }] };
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 4 }),
        fc.boolean(),
        (field, value, nested) => {
          const payloads = [{ ...one.payloads[0]!, files: [file("a"), value] }];
          const change = nested ? { payloads } : { [field]: value };
          try {
            const read = decodeManifest(Buffer.from(JSON.stringify({ ...one, ...change })), "x");
            assert.equal(decodeManifest(encodeManifest(read), "x"), read);
          } catch (error) {
            assert.instance(error, BundleError);
          }
        },
      ),
      propertyRuns(500),
    );
  },
  propertyLimitMs(10_000),
);

spec("a path stays below its folder, whatever it is made of", () => {
  for (const path of [
    "/etc/passwd",
    "..",
    "a/../b",
    "a/..",
    "./a",
    "a//b",
    "a/",
    "",
    "a\0b",
    "a\\b",
    "a\nb",
    "é",
  ])
    assert.not(isInside(path), path);
  for (const path of ["a", "node_modules/@koromix/a-b/x.js", "..a", "a..b/.c"])
    assert.ok(isInside(path), path);
});

spec("the release after next is newer, in whatever way it is counted", () => {
  const order = ["0.9.9", "0.10.0", "1.0.0-beta.2", "1.0.0-beta.10", "1.0.0", "1.0.1"];
  const all = order.flatMap((version) => [
    { version, created: "2026-01-01T00:00:00Z" },
    { version, created: "2026-01-01T00:00:01Z" },
  ]);
  for (const [i, a] of all.entries())
    for (const [j, b] of all.entries()) assert.is(Math.sign(compareReleases(a, b)), Math.sign(i - j));
});

spec("a release for another machine, another board or a newer system is not for here", () => {
  const here = { target: "linux-arm64", board: "greenhouse", kernel: "6.1.0-31-arm64", glibc: "2.36" };
  checkFitsHere(MANIFEST, here, "x");
  checkFitsHere({ ...MANIFEST, board: "any" }, { ...here, board: "pump-house" }, "x");
  const wrong = (change: Partial<typeof here>) =>
    fault(() => checkFitsHere(MANIFEST, { ...here, ...change }, "x"));
  assert.is(
    wrong({ target: "linux-armv7l" }).message,
    "x is for linux-arm64, this machine is linux-armv7l: holdfast release --target linux-armv7l",
  );
  assert.is(wrong({ board: "pump-house" }).code, "wrongBoard");
  assert.is(
    wrong({ kernel: "5.4.0" }).message,
    "x needs kernel 5.10, this machine has 5.4.0: update its system first",
  );
  assert.is(wrong({ glibc: "2.31" }).code, "tooOldHere");
  const { glibc: _, ...card } = { ...here, kernel: "4.19.0-1-arm64", kernelStays: true as const };
  assert.is(
    fault(() => checkFitsHere(MANIFEST, card, "x")).message,
    "x needs kernel 5.10, this machine has 4.19.0-1-arm64: an update replaces slots and not the kernel, so flash the card anew (holdfast flash), or keep to the release before",
  );
  checkFitsHere(
    { ...MANIFEST, minimum: { kernel: "5.10", glibc: "2.99" } },
    { ...card, kernel: "5.10.0" },
    "x",
  );
  assert.equal(Object.keys(thisMachine("a", "6.1", "disk")), ["target", "board", "kernel", "kernelStays"]);
  assert.not(isOlder("6.1.0-31-arm64", "6.1"));
  assert.ok(isOlder("5.9.99", "5.10"));
  assert.match(thisMachine("a", "6.1").target, /^linux-(x64|arm64|armv7l)$/);
});

spec(
  "a header is read as it was written, and nothing else is one",
  () => {
    const name = fc.stringMatching(/^[a-z0-9@._-]{1,60}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
    fc.assert(
      fc.property(path, fc.nat(8 ** 11 - 1), fc.nat(511 * 8 + 7), (path, size, bit) => {
        let header: Buffer;
        try {
          header = tarHeader({ path, size });
        } catch (error) {
          assert.instance(error, RangeError);
          return;
        }
        assert.equal(readTarHeader(header), { path, size });
        header[bit >> 3]! ^= 1 << (bit & 7);
        const read = readTarHeader(header);
        if (read !== undefined)
          assert.ok(tarHeader(read).equals(header), "one bit makes another true header");
      }),
      propertyRuns(500),
    );
    assert.is(
      readTarHeader(tarHeader({ path: "a", size: 1, mode: 0o755 })),
      undefined,
      "of the head only 0644",
    );
    assert.throws(() => tarHeader({ path: "a".repeat(101), size: 1 }), RangeError);
    assert.is(readTarHeader(tarHeader({ path: `${"a".repeat(150)}/${"b".repeat(100)}`, size: 1 }))?.size, 1);
    assert.equal([0, 1, 511, 512, 513].map(padding), [0, 511, 1, 0, 511]);
  },
  propertyLimitMs(5000),
);
