import { execFileSync, spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openBundle } from "../../deploy/release/bundle-reader.ts";
import type { Manifest } from "../../deploy/release/manifest.ts";
import { readTrustedKeys } from "../../deploy/release/release-key.ts";
import { TARGETS, type TargetName } from "../../deploy/release/target.ts";
import { lacksFor, targetNode } from "../../deploy/release/target-node.ts";
import { unpackFiles } from "../../deploy/release/unpack-files.ts";
import { aFolder } from "../deploy/keys/a-folder.ts";
import { projectFolder } from "../harness/source-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

const CLI = join(projectFolder, "dist/deploy/cli/main.js");
const CONFIG = join(projectFolder, "board.config.json");
/** An emulated start on a machine that is busy. */
const SLOW = { limitMs: 900_000 };

function holdfast(folder: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.is(status, 0, `${stdout}${stderr}`);
  return stdout;
}

interface Made {
  readonly file: string;
  readonly bytes: number;
  readonly release: string;
  readonly manifest: Manifest;
  readonly signedBy: readonly string[];
  readonly trying: { readonly tried: boolean; readonly firstReadingS: number; readonly under: string | null };
}

/** Makes a release with a key of its own in a folder. */
function released(t: SpecContext, target: TargetName, ...words: string[]): { folder: string; made: Made } {
  const folder = aFolder(t);
  holdfast(folder, "keys", "release");
  const made = holdfast(folder, "release", CONFIG, "--target", target, "--json", ...words);
  return { folder, made: JSON.parse(made) as Made };
}

/** Unpacks a release as a board does; its folder. */
async function unpacked(folder: string, { file, release, signedBy }: Made): Promise<string> {
  const bundle = await openBundle(createReadStream(file), readTrustedKeys(join(folder, "keys")), file);
  assert.is(bundle.release, release);
  assert.equal([bundle.signedBy], signedBy);
  const out = mkdtempSync(join(folder, "out-"));
  for await (const { payload, bytes } of bundle.payloads()) await unpackFiles(payload, bytes, out);
  return out;
}

/**
 * Every package with native code, loaded and asked for something: each in a process of its own, because QEMU 7.2 sometimes
 * crashes when a library is loaded beside epoll's thread.
 */
const ASKED = {
  koffi: `require("koffi").load(null).func("int getpid()")() === process.pid`,
  "i2c-bus": `typeof require("i2c-bus").openSync === "function"`,
  epoll: `typeof new (require("epoll").Epoll)(() => {}).add === "function"`,
  onoff: `typeof require("onoff").Gpio === "function"`,
  "classic-level": `
    (async (db) => (await db.put("a", "1"), await db.get("a"), await db.close(), true))(
      new (require("classic-level").ClassicLevel)(process.argv[1]))`,
};

for (const name of Object.keys(TARGETS) as TargetName[]) {
  const target = TARGETS[name];

  spec(
    `a release for ${name} starts here, and its native code does what it is for`,
    async (t) => {
      const lacking = lacksFor(target);
      if (lacking !== undefined) t.skip(lacking);
      const { folder, made } = released(t, name);
      const { tried, firstReadingS, under } = made.trying;
      assert.ok(tried);
      const how = under === null ? "by itself" : `under ${under}`;
      console.log(
        `${name}: ${(made.bytes / 1e6).toFixed(1)} MB, first reading after ${firstReadingS.toFixed(1)} s ${how}`,
      );
      const out = await unpacked(folder, made);
      const { command, environment } = targetNode(
        join(out, "bin/node"),
        mkdtempSync(join(folder, "aside-")),
        target,
      );
      for (const [what, question] of Object.entries(ASKED)) {
        const program = `Promise.resolve(${question}).then((good) => console.log(process.arch, good));`;
        const said = execFileSync(command, ["-e", program, join(folder, "level")], {
          cwd: out,
          encoding: "utf8",
          env: { ...process.env, ...environment },
        });
        assert.is(said.trim(), `${target.arch} true`, what);
      }
      const about = JSON.parse(readFileSync(join(out, "package.json"), "utf8"));
      assert.is(about.createdS, Date.parse(made.manifest.created) / 1000);
      assert.equal(
        readTrustedKeys(join(out, "release-keys")).map(({ id }) => id),
        made.signedBy,
      );
    },
    SLOW,
  );
}

spec(
  "a release that is made twice is the same file, bit for bit, wherever its parts are kept",
  (t) => {
    const folder = aFolder(t);
    holdfast(folder, "keys", "release");
    const make = (out: string) => holdfast(folder, "release", CONFIG, "--no-try", "--json", "--out", out);
    make("one.holdfast");
    const before = process.env.XDG_CACHE_HOME;
    t.defer(() => {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    });
    process.env.XDG_CACHE_HOME = join(folder, "another-cache");
    make("two.holdfast");
    assert.ok(readFileSync(join(folder, "one.holdfast")).equals(readFileSync(join(folder, "two.holdfast"))));
  },
  SLOW,
);

spec(
  "a release for Holdfast OS alone holds its slot and nothing else, the same each time",
  (t) => {
    const folder = aFolder(t);
    holdfast(folder, "keys", "release");
    const make = (out: string) =>
      JSON.parse(
        holdfast(folder, "release", CONFIG, "--image-only", "--no-try", "--json", "--out", out),
      ) as Made;
    const { manifest, bytes } = make("one.holdfast");
    const [slot, ...others] = manifest.payloads;
    assert.equal([slot?.name, slot?.files, others], ["slot.squashfs", undefined, []]);
    console.log(`slot for Holdfast OS: ${(bytes / 1e6).toFixed(1)} MB`);
    const image = readFileSync(join(folder, "one.holdfast"));
    assert.is(
      image.indexOf("hsqs") % 512,
      0,
      "squashfs's magic, little-endian (Documentation/filesystems/squashfs)",
    );
    make("two.holdfast");
    assert.ok(image.equals(readFileSync(join(folder, "two.holdfast"))));
  },
  SLOW,
);
