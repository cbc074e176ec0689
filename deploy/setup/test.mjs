/**
 * `npm test`: prepares, installs what tests need, lints, then runs every `dist/test/**\/*.test.js` in a
 * process of its own (uvu shares one process and has no limit). `npm test -- word` runs files whose path
 * contains the word. Ends with one line: `N passed, N failed, N skipped`.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installDebianPackages } from "./debian.mjs";
import { prepare, root } from "./prepare.mjs";

const fileLimitMs = 240_000;
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

prepare();
installDebianPackages();
if (words.length === 0) check("biome", ["node_modules/@biomejs/biome/bin/biome", "check", "."]);
if (words.length === 0)
  check("types of the page", ["node_modules/typescript/bin/tsc", "-p", "deploy/dashboard"]);

const tests = readdirSync(join(root, "dist/test"), { recursive: true })
  .filter((file) => file.endsWith(".test.js"))
  .map((file) => join("dist/test", file))
  .filter((file) => words.every((word) => file.includes(word)))
  .sort();
// Files under end-to-end, and those of the guardian that kill processes, start whole boards and judge by the clock: one at a time, with nothing beside them.
const isAlone = (file) => /\/end-to-end\/|\/firmware\/(deaths|processes|runtime-killed)/.test(file);
const alone = tests.filter(isAlone);
const together = tests.filter((file) => !isAlone(file));

await Promise.all([worker(together), worker(together)]);
await worker(alone);

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);

async function worker(queue) {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) await runFile(file);
}

function runFile(file) {
  return new Promise((done) => {
    const start = performance.now();
    const child = spawn(process.execPath, ["--enable-source-maps", file], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), fileLimitMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
      const broken = counts === null || (code !== 0 && counts.failed === 0);
      totals.passed += counts?.passed ?? 0;
      totals.skipped += counts?.skipped ?? 0;
      totals.failed += (counts?.failed ?? 0) + (broken ? 1 : 0);
      const bad = broken || counts.failed > 0;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${bad ? "not ok" : "ok"} ${file.slice(10, -8)} (${counts?.passed ?? 0} in ${seconds} s)`);
      if (broken)
        console.log(`  ended with ${signal ?? code}, ${counts === null ? "no count" : "after its tests"}`);
      if (bad) console.log(output);
      else for (const line of output.match(/^ {2}skipped: .*$/gm) ?? []) console.log(line);
      done();
    });
  });
}

function check(what, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status === 0) totals.passed++;
  else totals.failed++;
  console.log(`${status === 0 ? "ok" : "not ok"} ${what}`);
  if (status !== 0) console.log(stdout + stderr);
}
