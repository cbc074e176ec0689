/** `npm run soak [-- words]`: prepares, then runs test/soak/soak with its own collector's handle for all threads. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

await prepare();
const file = join(root, "dist/test/soak/soak.js");
const { status } = spawnSync(
  process.execPath,
  ["--expose-gc", "--enable-source-maps", file, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
process.exit(status ?? 1);
