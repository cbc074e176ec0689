import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { moduleFile } from "../../../deploy/board/module-file.ts";
import { RELEASE_FOLDER } from "../../../deploy/board/version.ts";
import { cardKeys } from "../../../deploy/cli/card-keys.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { namedFiles } from "../../../deploy/config/named-files.ts";
import { spawnModules } from "../../../deploy/config/spawn-modules.ts";
import { makeReleaseKeys } from "../../../deploy/release/release-key.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

function written(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  return file;
}

spec("a module comes from the release that runs; where that has none, from beside the configuration", (t) => {
  const [release, data] = [aFolder(t), aFolder(t)];
  const config = join(data, "config/board.config.json");
  const beside = written(join(data, "config/agents/watering.js"));
  assert.is(moduleFile("agents/watering.js", config, release), beside);
  const own = written(join(release, "agents/watering.js"));
  assert.is(moduleFile("agents/watering.js", config, release), own);
  assert.is(RELEASE_FOLDER, undefined, "a checkout is no release");
  assert.is(moduleFile("agents/watering.js", config), beside);
});

spec("modules that only some boards may spawn from go along, too, each once", () => {
  const { config, problems } = parseConfig(
    JSON.stringify({
      version: 1,
      board: { id: "a" },
      hardware: "emulated",
      devices: {},
      links: {
        secretFile: "keys/links.key",
        spawn: ["agents/all.js"],
        boards: { b: { spawn: ["agents/b.mjs", "agents/all.js"] }, c: {} },
      },
    }),
  );
  assert.is(problems, undefined, JSON.stringify(problems));
  assert.equal([...spawnModules(config!)].sort(), ["agents/all.js", "agents/b.mjs"]);
  assert.equal([...namedFiles(config!)].sort(), ["agents/all.js", "agents/b.mjs", "keys/links.key"]);
  assert.equal(spawnModules({}), []);
});

spec("a card trusts the keys that are named, else the one that signs here; without any that is said", (t) => {
  const folder = aFolder(t);
  const before = process.cwd();
  t.defer(() => process.chdir(before));
  process.chdir(folder);
  const { write } = process.stderr;
  t.defer(() => {
    process.stderr.write = write;
  });
  let said = "";
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
  assert.equal(cardKeys({}), []);
  assert.match(said, /^no key of releases \(keys\/release\.pub\).*holdfast keys release makes one\n$/);
  said = "";
  const own = makeReleaseKeys(join(folder, "keys"), "release");
  const other = makeReleaseKeys(folder, "other");
  const ids = (flags: object) => cardKeys(flags as never).map(({ id }) => id);
  assert.equal(ids({}), [own.id]);
  assert.equal(ids({ trust: "other.pub,keys/release.pub" }), [other.id, own.id]);
  assert.throws(() => cardKeys({ trust: "other.key" }), /is a private key/);
  assert.is(said, "");
});
