/**
 * `npm run test:systemd`: runs dist/test/kernel/*.systemd.js in the kernel guest with Debian's systemd as its first process
 * (two minutes on a quiet machine). Not part of npm test: starts of Node on an emulated processor make it long.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { forSystemdGuest, installDebianPackages } from "./debian.mjs";
import { runInGuest } from "./guest-tests.mjs";
import { prepare, root } from "./prepare.mjs";

prepare();
installDebianPackages(forSystemdGuest);
const files = readdirSync(join(root, "dist/test/kernel"))
  .filter((file) => file.endsWith(".systemd.js"))
  .map((file) => join("dist/test/kernel", file));
let failed = 0;
for (const { file, output, code, seconds } of await runInGuest(files, { systemd: true })) {
  process.stdout.write(`${file} (${seconds.toFixed(1)} s)\n${output}\n`);
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
  if (code !== 0 || counts === null || counts.failed > 0 || counts.passed === 0) failed++;
}
process.exit(failed > 0 || files.length === 0 ? 1 : 0);
