/** `holdfast flash` as a user calls it, with files in the place of disks. */
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { start } from "../../end-to-end/command-line.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { demoFile } from "../demo-board.ts";
import { aFolder } from "../keys/a-folder.ts";

const MB = 1 << 20;
/** A program is started for each case. */
const LIMIT = { limitMs: 60_000 };

function aMachine(t: SpecContext) {
  const folder = aFolder(t);
  const path = (name: string) => join(folder, name);
  const disk = (name: string, more: object) => ({
    ...{
      name,
      path: path(name),
      type: "disk",
      size: 2 * MB,
      rm: true,
      ro: false,
      hotplug: true,
      tran: "usb",
    },
    ...{ vendor: "Generic", model: name, mountpoints: [null], label: null, ...more },
  });
  const blockdevices = [
    disk("own", { rm: false, hotplug: false, mountpoints: ["/"] }),
    disk("card", {}),
    disk("photos", { mountpoints: ["/media/photos"] }),
  ];
  for (const { name } of blockdevices) writeFileSync(path(name), Buffer.alloc(2 * MB, 7));
  writeFileSync(path("disks.json"), JSON.stringify({ blockdevices }));
  const image = Buffer.alloc(MB, 9);
  image.set([0x55, 0xaa], 510);
  writeFileSync(path("image.img"), image);
  const run = async (words: readonly string[], answers?: string) => {
    const env = { HOLDFAST_DISKS: path("disks.json") };
    const { code, out, err } = await start(t, ["flash", ...words], env, answers).ended;
    return { code, said: out + err };
  };
  const touched = () =>
    ["own", "card", "photos"].filter((name) => readFileSync(path(name)).subarray(0, MB).equals(image));
  return { path, run, touched };
}

spec(
  "holdfast flash lists the disks, asks by name, writes the one that was meant",
  async (t) => {
    const { path, run, touched } = aMachine(t);
    const list = await run(["--list"]);
    assert.match(list.said, /own .*this machine runs from it/);
    assert.match(list.said, /card .*can be written/);
    const json = (await run(["--list", "--json"])).said.trim().split("\n");
    assert.is(JSON.parse(json[2]!).obstacle.code, "mounted");
    const wrong = await run([path("image.img"), "--to", "card"], "yes\n");
    assert.is(wrong.code, 2);
    assert.match(wrong.said, "nothing was written");
    assert.equal(touched(), []);
    const nobody = await run([path("image.img"), "--to", "card"], "");
    assert.is(nobody.code, 2, "no answer is no");
    const agreed = await run([path("image.img")], "card\ncard\n");
    assert.is(agreed.code, 0, agreed.said);
    assert.match(agreed.said, "read back and the same");
    assert.equal(touched(), ["card"]);
  },
  LIMIT,
);

spec(
  "holdfast flash refuses what is in use, and --yes without a disk",
  async (t) => {
    const { path, run, touched } = aMachine(t);
    const image = path("image.img");
    for (const [words, code, why] of [
      [["--to", "own", "--yes"], 1, "runs from it"],
      [["--to", "photos", "--yes"], 1, "sudo umount /media/photos"],
      [["--to", "nothing", "--yes"], 1, "no disk of this machine"],
      [["--yes"], 2, "--yes needs --to"],
      [["--to", "card", "--out", "x"], 2, "give one of them"],
    ] as const) {
      const refused = await run([image, ...words]);
      assert.is(refused.code, code, refused.said);
      assert.match(refused.said, why);
    }
    // A board's card takes minutes to make: nothing is begun that has nowhere to go.
    for (const [words, code, why] of [
      [["--to", "photos", "--yes"], 1, "sudo umount /media/photos"],
      [["--to", "nothing"], 1, "no disk of this machine"],
      [["--out", path("nowhere/card.img")], 2, "there is no folder"],
      [["--out", path(".")], 2, "is a folder: name a file"],
    ] as const) {
      const refused = await run(["--config", demoFile, ...words]);
      assert.is(refused.code, code, refused.said);
      assert.not.match(refused.said, / \.\.\.$/m, "no step of making it");
      assert.match(refused.said, why);
    }
    assert.equal(touched(), []);
    assert.is((await run([image, "--to", "card", "--yes", "--json"])).code, 0);
    assert.equal(touched(), ["card"]);
    assert.is((await run([image, "--out", path("copy.img")])).code, 0);
    assert.ok(readFileSync(path("copy.img")).equals(readFileSync(image)));
  },
  LIMIT,
);

spec(
  "holdfast flash --out takes neither the image that it reads nor what is no file, which only --to looks at",
  async (t) => {
    const { path, run } = aMachine(t);
    const image = path("image.img");
    const before = readFileSync(image);
    symlinkSync("image.img", path("link.img"));
    execFileSync("mkfifo", [path("device")]);
    for (const [words, why] of [
      [[image, "--out", image], "is the image itself: name another file"],
      [[image, "--out", path("link.img"), "--yes"], "is the image itself: name another file"],
      [[image, "--out", path("device"), "--yes"], "is no file: --to names a disk"],
      [["--config", demoFile, "--os", image, "--out", path("link.img")], "is the image itself"],
    ] as const) {
      const refused = await run(words);
      assert.is(refused.code, 2, refused.said);
      assert.match(refused.said, why);
    }
    assert.ok(readFileSync(image).equals(before));
  },
  LIMIT,
);
