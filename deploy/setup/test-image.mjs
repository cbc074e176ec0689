/**
 * `npm run test:image`: runs dist/test/image/*.image.js, one after another: releases and images for real targets are made and
 * started under emulation. Not part of npm test: minutes, 400 MB from npm and Debian the first time. `-- word` runs the files
 * whose path contains the word. Ends with one line: `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { forImage, forReleases, installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

/** Of a file, ms. */
const limitMs = 1_800_000;
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

prepare();
installDebianPackages();
installDebianPackages([...forReleases, ...forImage]);
const files = readdirSync(join(root, "dist/test/image"))
  .filter((file) => file.endsWith(".image.js"))
  .map((file) => join("dist/test/image", file))
  .filter((file) => words.every((word) => file.includes(word)))
  .sort();
for (const file of files) {
  process.stderr.write(`holdfast: ${file} ...\n`);
  const { output, how } = await run(file);
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
  totals.passed += counts?.passed ?? 0;
  totals.skipped += counts?.skipped ?? 0;
  totals.failed += counts?.failed ?? 0;
  if (how === 0 || counts?.failed > 0) continue;
  totals.failed++;
  console.log(`${file} ended with ${how}, ${counts === null ? "no count" : "after its tests"}`);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || files.length === 0 ? 1 : 0);

/** Shows what a file says as it says it, so that a long one can be watched. */
function run(file) {
  return new Promise((done) => {
    const stdio = ["ignore", "pipe", "inherit"];
    const child = spawn(process.execPath, ["--enable-source-maps", file], { cwd: root, stdio });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      process.stdout.write(data);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({ output, how: signal ?? code });
    });
  });
}
