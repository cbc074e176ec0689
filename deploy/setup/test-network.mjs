/** `npm run test:network [-- words]`: prepares, then runs test/network/run. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

await prepare();
installDebianPackages();
const file = join(root, "dist/test/network/run.js");
const { status } = spawnSync(process.execPath, ["--enable-source-maps", file, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
