import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as assert from "uvu/assert";
import { makeRelease } from "../../../deploy/release/make-release.ts";
import { npmPackage } from "../../../deploy/release/npm-package.ts";
import { ReleaseError } from "../../../deploy/release/release-error.ts";
import { runTool } from "../../../deploy/release/tool.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

/** A registry in a script: `npm` before all others on the path, with one package. */
async function aRegistry(t: SpecContext, script: string) {
  const folder = aFolder(t);
  mkdirSync(join(folder, "package/bin"), { recursive: true });
  writeFileSync(join(folder, "package/bin/node"), "the program");
  const tgz = join(folder, "packed.tgz");
  await runTool("tar", ["-czf", tgz, "-C", folder, "package"], { packages: [] });
  writeFileSync(join(folder, "npm"), `#!/bin/sh\n${script.replaceAll("PACKED", tgz)}`);
  chmodSync(join(folder, "npm"), 0o755);
  const before = process.env.PATH;
  t.defer(() => {
    process.env.PATH = before;
  });
  process.env.PATH = `${folder}${delimiter}${before}`;
  const integrity = `sha512-${createHash("sha512").update(readFileSync(tgz)).digest("base64")}`;
  return { cache: join(folder, "cache"), wanted: { name: "@a/node-b", version: "1.2.3", integrity }, folder };
}

async function fault(work: Promise<unknown>): Promise<ReleaseError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** npm's own names for files: no @, no slash. */
const GIVES = 'echo "$@" >> "$0.asked"; cp PACKED "$5/a-node-b-1.2.3.tgz"';

spec("a package is fetched once, and is there unpacked from then on", async (t) => {
  const { cache, wanted, folder } = await aRegistry(t, GIVES);
  const place = await npmPackage(wanted, cache);
  assert.is(readFileSync(join(place, "bin/node"), "utf8"), "the program");
  assert.is(await npmPackage(wanted, cache), place);
  assert.is(
    readFileSync(join(folder, "npm.asked"), "utf8").split("--pack-destination")[0],
    "pack @a/node-b@1.2.3 --loglevel=error ",
  );
  assert.is(readFileSync(join(folder, "npm.asked"), "utf8").trim().split("\n").length, 1);
  assert.equal(readdirSync(cache), [place.slice(cache.length + 1)], "nothing else is left");
});

spec(
  "a package that is not the pinned one is named with both hashes, and nothing of it is used",
  async (t) => {
    const { cache, wanted } = await aRegistry(t, GIVES);
    const other = { ...wanted, integrity: "sha512-AAAA" };
    const { code, message } = await fault(npmPackage(other, cache));
    assert.is(code, "wrongPackage");
    assert.ok(message.includes(`found ${wanted.integrity}, allowed sha512-AAAA`), message);
    assert.equal(readdirSync(cache), []);
  },
);

spec("a registry that cannot be reached is told with what npm said", async (t) => {
  const { cache, wanted } = await aRegistry(t, 'echo "npm error ENOTFOUND registry" >&2; exit 1');
  const { code, message } = await fault(npmPackage(wanted, cache));
  assert.is(code, "toolFailed");
  assert.match(
    message,
    /^@a\/node-b@1\.2\.3 could not be fetched; the first release for a target needs npm's/,
  );
  assert.match(message, /ENOTFOUND registry$/);
  assert.equal(readdirSync(cache), []);
});

spec("where a release cannot be written is said before anything is made", async (t) => {
  const folder = aFolder(t);
  writeFileSync(join(folder, "file"), "");
  const out = join(folder, "file/x.holdfast");
  const options = { target: "linux-x64", config: join(folder, "none.json"), out, keys: [] } as const;
  const { code, message } = await fault(makeRelease(options));
  assert.is(code, "notWritten");
  assert.ok(message.startsWith(`${out} cannot be written: `), message);
  assert.not(existsSync(out));
});
