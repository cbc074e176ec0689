import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import { pushRelease } from "../../../deploy/cli/push.ts";
import { pushFleet } from "../../../deploy/cli/push-fleet.ts";
import { openBundle } from "../../../deploy/update/open-bundle.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { ABOUT, aBundle, aKey } from "../release/a-bundle.ts";
import { failureOf } from "./failure-of.ts";

/** A folder with a bundle and a file that is none; `ssh` would leave the file `called`. */
async function work(t: SpecContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-open-bundle-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  await aBundle(folder, [aKey(folder)]);
  writeFileSync(at("notes.txt"), "no bundle, and shorter than a block");
  return {
    at,
    bundle: at("release.holdfast"),
    other: at("notes.txt"),
    via: ["touch", at("called")] as const,
    wasCalled: () => existsSync(at("called")),
  };
}

const NO_BUNDLE = (file: string) => ({
  code: "notABundle",
  message: `${file} is no bundle; "holdfast release" makes one`,
});

spec(
  "a bundle says what it is before it is sent; a file that is none, or is not there, says so",
  async (t) => {
    const { at, bundle, other } = await work(t);
    const { source, manifest } = await openBundle(bundle);
    await source.close();
    is(manifest.version, ABOUT.version);
    equal(await failureOf(openBundle(other)), NO_BUNDLE(other));
    is((await failureOf(openBundle(at("gone")))).code, "noBundle");
  },
);

spec("a push of a file that is no release ends before anybody is called", async (t) => {
  const { other, via, wasCalled } = await work(t);
  const place = { target: "pi@greenhouse.local", via, root: "/opt/holdfast" };
  const pushed = pushRelease({ json: true, words: [], place, file: other, trust: [], start: true });
  equal(await failureOf(pushed), NO_BUNDLE(other));
  is(wasCalled(), false);
});

spec(
  "a fleet of which one board would get no release is told before its first board is called",
  async (t) => {
    const { at, bundle, other, via, wasCalled } = await work(t);
    const boards = { bench: "pi@bench.local", cellar: { target: "pi@cellar.local", bundle: "notes.txt" } };
    writeFileSync(at("boards.json"), JSON.stringify({ boards }));
    const fleet = { fleet: at("boards.json"), file: bundle, via, root: "/opt/holdfast" };
    equal(await failureOf(pushFleet({ json: true, words: [], ...fleet })), NO_BUNDLE(other));
    is(wasCalled(), false);
  },
);
