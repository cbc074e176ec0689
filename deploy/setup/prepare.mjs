/**
 * Makes a fresh clone runnable: installs the packages of the lockfile, compiles, bundles the page.
 * Each step is skipped when nothing it reads has changed, so the second start costs a few stat calls. One process at a time.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./alone.mjs";
import { boardsInUse } from "./in-use.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const sourceFolders = ["runtime", "firmware", "devices", "deploy", "test"];

/**
 * Installs and builds what is missing or out of date; says what it does and how long it took. Not under a board that runs: whatever
 * of it is started again would be of another build. `goesOn`: then what is there will do; otherwise this process ends.
 */
export async function prepare({ goesOn = false } = {}) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    fail(`Holdfast needs Node 20.11 or newer; this is ${process.version}`);
  }
  if (!steps().some(isDue)) return;
  const [board] = boardsInUse(root);
  if (board === undefined) return alone(root, () => steps().filter(isDue).forEach(take));
  const why = `a board runs from this folder (pid ${board}), so what has changed since is not built`;
  if (!goesOn) fail(`${why}: stop it first`);
  process.stderr.write(`holdfast: ${why} until it is stopped\n`);
}

/** In order: what is compiled needs its packages. */
function steps() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return [
    {
      stampFile: join(root, "node_modules/.holdfast-installed"),
      stamp: hash(lock),
      what: "installing packages",
      work: () => run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], ownHeaders()),
    },
    {
      stampFile: join(root, "dist/.holdfast"),
      stamp: hash(lock, ...sourceStamps()),
      what: "building",
      work() {
        run("node", [join("node_modules", "typescript", "bin", "tsc"), "-p", "."]);
        run("node", [join("deploy", "setup", "build-cells.mjs")]);
        run("node", [join("deploy", "setup", "build-page.mjs")]);
      },
    },
  ];
}

/** Runs a command in the project's folder; its output is shown only when it fails. */
export function run(command, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0)
    fail(`${command} ${args.join(" ")}\n${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`);
}

/** Packages with native code are built against the headers that came with Node, where it brought them. */
function ownHeaders() {
  const folder = dirname(dirname(process.execPath));
  return existsSync(join(folder, "include/node/node.h")) ? { npm_config_nodedir: folder } : {};
}

function isDue({ stampFile, stamp }) {
  return !existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp;
}

function take({ stampFile, stamp, what, work }) {
  process.stderr.write(`holdfast: ${what} ... `);
  const start = performance.now();
  work();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

function sourceStamps() {
  const files = ["tsconfig.json", "package.json"];
  for (const folder of sourceFolders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true })) files.push(join(folder, entry));
  }
  return files
    .filter((file) => /\.(ts|tsx|mjs|json|css|html|svg)$/.test(file))
    .sort()
    .map((file) => {
      const { size, mtimeMs } = statSync(join(root, file));
      return `${file} ${size} ${mtimeMs}`;
    });
}

function hash(...parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
}

function fail(message) {
  process.stderr.write(`\nholdfast: ${message}\n`);
  process.exit(1);
}
