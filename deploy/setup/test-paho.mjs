/**
 * `npm run test:paho [-- folder] [-- words]`: Eclipse Paho's interoperability tests against the board's own broker and Mosquitto.
 * The folder holds a copy of eclipse/paho.mqtt.testing; without one it is cloned into a temporary folder, and removed. Takes Python 3
 * and ten minutes. Not part of npm test: it judges aedes, and the choice of it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

const SUITE = "https://github.com/eclipse/paho.mqtt.testing";

await prepare();
installDebianPackages();
const [first, ...others] = process.argv.slice(2);
const isFolder = first !== undefined && existsSync(join(first, "interoperability"));
const words = isFolder || first === undefined ? others : [first, ...others];
const temporary = isFolder ? undefined : mkdtempSync(join(tmpdir(), "holdfast-paho-"));
try {
  if (temporary !== undefined) clone(temporary);
  const file = join(root, "dist/test/paho/run-paho.js");
  const args = ["--enable-source-maps", file, temporary ?? resolve(first), ...words];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
} catch (error) {
  process.stderr.write(`holdfast: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
}

function clone(folder) {
  const { status } = spawnSync("git", ["clone", "--quiet", "--depth", "1", SUITE, folder], {
    stdio: "inherit",
  });
  if (status !== 0)
    throw new Error(
      `no copy of ${SUITE}: clone it elsewhere, and name its folder: npm run test:paho -- folder`,
    );
}
