/**
 * `npm test`: prepares, installs what tests need, lints, then runs every `dist/test/**\/*.test.js` in a
 * process of its own (uvu shares one process and has no limit). `npm test -- word` runs files whose path
 * contains the word. `*.guest.js` files run inside the kernel guest (`npm run test:kernel` runs only those and
 * what belongs to them). Ends with one line: `N passed, N failed, N skipped`.
 */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { installDebianPackages } from "./debian.mjs";
import { runInGuest } from "./guest-tests.mjs";
import { prepare, root } from "./prepare.mjs";

const fileLimitMs = 420_000;
const words = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

await prepare();
installDebianPackages();
if (words.length === 0) check("biome", ["node_modules/@biomejs/biome/bin/biome", "check", "."]);
if (words.length === 0)
  check("types of the page", ["node_modules/typescript/bin/tsc", "-p", "deploy/dashboard"]);

const tests = testFiles(".test.js");
// Files under end-to-end and network/trial, and those of the guardian that kill processes, start whole boards and judge by the clock: not beside tests that compute. Boards mostly wait, so two at a time.
const isBoards = (file) =>
  /\/end-to-end\/|\/network\/trial\/|\/firmware\/(deaths|processes|runtime-killed)/.test(file);
// Minutes long: begun last they would keep everybody waiting.
const isLong = (file) => /\/(update-lost|faults|two-boards)\./.test(file);
const boards = tests.filter(isBoards).sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
const together = tests.filter((file) => !isBoards(file));

// The guest takes what others leave: most of it while it is the tests that compute, a third of which wait for something.
const inGuest = guest(testFiles(".guest.js"));
await Promise.all([worker(together), worker(together), worker(together)]);
await Promise.all([worker(boards), worker(boards)]);
await inGuest;

console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);

function testFiles(ending) {
  return readdirSync(join(root, "dist/test"), { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join("dist/test", file))
    .filter((file) => words.every((word) => file.includes(word)))
    .sort();
}

async function guest(files) {
  if (files.length === 0) return;
  try {
    for (const outcome of await runInGuest(files)) judge(outcome);
  } catch (error) {
    const failed = process.env.CI === "true";
    totals[failed ? "failed" : "skipped"] += files.length;
    console.log(
      `${failed ? "not ok" : "ok"} kernel guest\n  skipped: ${files.length} files: ${error.message}`,
    );
  }
}

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
      judge({ file, output, code: signal ?? code, seconds: (performance.now() - start) / 1000 });
      done();
    });
  });
}

/** Counts and shows what a file came to; `code` is its exit code or the signal that ended it. */
function judge({ file, output, code, seconds }) {
  const counts = JSON.parse(/^# spec (\{.*\})$/m.exec(output)?.[1] ?? "null");
  const broken = counts === null || (code !== 0 && counts.failed === 0);
  totals.passed += counts?.passed ?? 0;
  totals.skipped += counts?.skipped ?? 0;
  totals.failed += (counts?.failed ?? 0) + (broken ? 1 : 0);
  const bad = broken || counts.failed > 0;
  const name = file.slice(10).replace(/\.(test|guest)\.js$/, "");
  console.log(`${bad ? "not ok" : "ok"} ${name} (${counts?.passed ?? 0} in ${seconds.toFixed(1)} s)`);
  if (broken)
    console.log(`  ended with ${code ?? "the guest"}, ${counts === null ? "no count" : "after its tests"}`);
  if (bad) console.log(output);
  else for (const line of output.match(/^ {2}skipped: .*$/gm) ?? []) console.log(line);
}

function check(what, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status === 0) totals.passed++;
  else totals.failed++;
  console.log(`${status === 0 ? "ok" : "not ok"} ${what}`);
  if (status !== 0) console.log(stdout + stderr);
}
