/**
 * `npm run test:systemd`: runs dist/test/kernel/*.systemd.js in the kernel guest with Debian's systemd as its first process
 * (four minutes on a quiet machine). Not part of npm test: starts of Node on an emulated processor make it long. `-- word` runs the
 * files whose path contains the word. Ends with one line: `N passed, N failed, N skipped`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { forSystemdGuest, installDebianPackages } from "./debian.mjs";
import { runInGuest } from "./guest-tests.mjs";
import { prepare, root } from "./prepare.mjs";

const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

await prepare();
installDebianPackages(forSystemdGuest);
const files = readdirSync(join(root, "dist/test/kernel"))
  .filter((file) => file.endsWith(".systemd.js"))
  .map((file) => join("dist/test/kernel", file))
  .filter((file) => words.every((word) => file.includes(word)));
const outcomes = files.length === 0 ? [] : await runInGuest(files, { systemd: true });
for (const { file, output, code, seconds } of outcomes) {
  process.stdout.write(`${file} (${seconds.toFixed(1)} s)\n${output}\n`);
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
  totals.passed += counts?.passed ?? 0;
  totals.skipped += counts?.skipped ?? 0;
  totals.failed += counts?.failed ?? 0;
  if (code === 0 && counts?.passed > 0) continue;
  if (counts?.failed > 0) continue;
  totals.failed++;
  console.log(`${file} ended with ${code}, ${counts === null ? "no count" : "after its tests"}`);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || files.length === 0 ? 1 : 0);
