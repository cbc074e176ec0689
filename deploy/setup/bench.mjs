/** `npm run bench:<name> [-- words]`: prepares, then runs test/bench/<name>. `--json` makes the last line JSON. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { forKernelBench, forTimeBench, installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

const [name, ...words] = process.argv.slice(2);
await prepare();
if (name === "boards") installDebianPackages();
if (name === "kernel") installDebianPackages(forKernelBench);
if (name === "time") installDebianPackages(forTimeBench);
const file = join(root, "dist/test/bench", `${name}.js`);
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--expose-gc", file, ...words], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
