/**
 * `npm run test:image`: runs dist/test/image/*.image.js, one after another: releases and images for real targets are made and
 * started under emulation. Not part of npm test: half an hour on two quiet cores, 400 MB from npm and Debian the first time. `-- word` runs the files
 * whose path contains all words, or, where there is none, the tests whose name contains the words. Says what it does and how long each test
 * took; ends with one line: `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { forImage, forReleases, installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

/** Of a file, ms: each test has a limit of its own, this is for one that does not even keep that. */
const limitMs = 3 * 3_600_000;
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

await prepare();
installDebianPackages();
installDebianPackages([...forReleases, ...forImage]);
const all = readdirSync(join(root, "dist/test/image"))
  .filter((file) => file.endsWith(".image.js"))
  .map((file) => join("dist/test/image", file))
  .sort();
const named = all.filter((file) => words.every((word) => file.includes(word)));
const files = named.length > 0 ? named : all;
const env = {
  ...process.env,
  SPEC_PROGRESS: "1",
  ...(named.length === 0 && { SPEC_FILTER: words.join(" ") }),
};
for (const [index, file] of files.entries()) {
  const startMs = performance.now();
  process.stderr.write(`holdfast: ${file} (${index + 1} of ${files.length}) ...\n`);
  const { output, how } = await run(file);
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
  totals.passed += counts?.passed ?? 0;
  totals.skipped += counts?.skipped ?? 0;
  totals.failed += counts?.failed ?? 0;
  process.stderr.write(`holdfast: ${file} took ${minutes(startMs)}\n`);
  if (how === 0 || counts?.failed > 0) continue;
  totals.failed++;
  console.log(`${file} ended with ${how}, ${counts === null ? "no count" : "after its tests"}`);
}
const ran = totals.passed + totals.failed + totals.skipped;
if (ran === 0) console.log(`no file and no test of them is called "${words.join(" ")}"`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || ran === 0 ? 1 : 0);

function minutes(startMs) {
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Shows what a file says as it says it, so that a long one can be watched. */
function run(file) {
  return new Promise((done) => {
    const stdio = ["ignore", "pipe", "inherit"];
    const child = spawn(process.execPath, ["--enable-source-maps", file], { cwd: root, stdio, env });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
      process.stdout.write(data);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    const ended = () => {
      child.kill();
      process.exit(1);
    };
    process.once("SIGTERM", ended);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      process.off("SIGTERM", ended);
      done({ output, how: signal ?? code });
    });
  });
}
