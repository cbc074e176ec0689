import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { buildApplication, checkMachine } from "../../../deploy/release/application.ts";
import { licencesText } from "../../../deploy/release/licences.ts";
import { cacheFolder, keptFile } from "../../../deploy/release/release-cache.ts";
import { ReleaseError } from "../../../deploy/release/release-error.ts";
import { releaseTimeS } from "../../../deploy/release/release-time.ts";
import { runTool } from "../../../deploy/release/tool.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

/** What it threw; fails where it threw nothing, or anything but a `ReleaseError`. */
async function fault(work: () => unknown): Promise<ReleaseError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ReleaseError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

spec("a program that is not installed is named with the command that installs it", async () => {
  const { code, message } = await fault(() =>
    runTool("holdfast-no-such", [], { packages: ["mtools", "gcc"] }),
  );
  assert.is(code, "noTool");
  assert.is(
    message,
    "holdfast-no-such is not installed; on Debian or Ubuntu: sudo apt-get install mtools gcc",
  );
});

spec("a program that fails is named with its words, its code and the last it said", async () => {
  const args = ["-c", "seq 30; echo 'no space left' >&2; exit 3"];
  const { code, message } = await fault(() => runTool("sh", args, { packages: ["dash"] }));
  assert.is(code, "toolFailed");
  assert.match(message, /^sh -c seq 30.*: exit code 3\n/);
  assert.ok(message.endsWith("30\n\nno space left"), message);
  assert.is(await runTool("sh", ["-c", "echo $X"], { packages: [], env: { X: "found" } }), "found\n");
});

spec("a kept file is made once, and not at all where making it fails", async (t) => {
  const file = join(aFolder(t), "deep/kept");
  let times = 0;
  const make = async (path: string) => writeFileSync(path, `made ${++times}`);
  await keptFile(file, make);
  await keptFile(file, make);
  assert.is(readFileSync(file, "utf8"), "made 1");
  const failing = keptFile(`${file}2`, async (path) => {
    writeFileSync(path, "half");
    throw new ReleaseError("toolFailed", "it broke");
  });
  assert.is((await fault(() => failing)).message, "it broke");
  assert.throws(() => readFileSync(`${file}2`), /ENOENT/);
});

spec("the cache is where the desktop says", () => {
  assert.is(cacheFolder({ XDG_CACHE_HOME: "/x" }), "/x/holdfast/release");
  assert.ok(cacheFolder({ XDG_CACHE_HOME: "" }).endsWith("/.cache/holdfast/release"));
});

spec("a release is as old as SOURCE_DATE_EPOCH says, else as the last commit", async (t) => {
  assert.is(releaseTimeS("/", { SOURCE_DATE_EPOCH: "1764000000" }), 1_764_000_000);
  const wrong = await fault(() => releaseTimeS("/", { SOURCE_DATE_EPOCH: "yesterday" }));
  assert.is(wrong.message, 'SOURCE_DATE_EPOCH: found "yesterday", allowed are whole seconds since 1970');
  const folder = aFolder(t);
  const env = { GIT_CEILING_DIRECTORIES: folder, GIT_DIR: join(folder, ".git") };
  assert.is((await fault(() => releaseTimeS(folder, {}))).code, "noTime");
  const git = (...args: string[]) => runTool("git", args, { packages: ["git"], cwd: folder, env });
  await git("init", "-q");
  const at = "2026-01-02T03:04:05Z";
  const who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
  await runTool("git", [...who, "commit", "-q", "--no-verify", "--allow-empty", "-m", "one"], {
    packages: ["git"],
    cwd: folder,
    env: { ...env, GIT_COMMITTER_DATE: at },
  });
  assert.is(releaseTimeS(folder, {}), Date.parse(at) / 1000);
});

spec("without git a release is as old as the newest of its sources", (t) => {
  const folder = aFolder(t);
  mkdirSync(join(folder, "deploy/cli"), { recursive: true });
  for (const [path, timeS] of [
    ["package.json", 1_764_000_000],
    ["deploy/cli/main.ts", 1_764_000_700.5],
    ["deploy/README.md", 1_764_000_600],
    ["notes.txt", 1_765_000_000], // nothing of it goes into a release
  ] as const) {
    writeFileSync(join(folder, path), "");
    utimesSync(join(folder, path), timeS, timeS);
  }
  assert.is(releaseTimeS(folder, {}), 1_764_000_700);
});

spec("an application is not built over what is there, nor from a configuration with problems", async (t) => {
  const folder = aFolder(t);
  const config = join(folder, "board.config.json");
  writeFileSync(config, '{"version":1,"board":{"id":"a"},"hardware":"emulated","devices":{},"nonsense":1}');
  const out = join(folder, "out");
  const options = { target: "linux-x64", config, out, environment: { SOURCE_DATE_EPOCH: "1" } } as const;
  const problem = await fault(() => buildApplication(options));
  assert.is(problem.code, "badConfig");
  assert.match(problem.message, /nonsense/);
  writeFileSync(config, '{"version":1,"board":{"id":"a"},"hardware":"emulated","devices":{}}');
  mkdirSync(join(out, "precious"), { recursive: true });
  const there = await fault(() => buildApplication(options));
  assert.is(there.code, "notWritten");
  assert.is(there.message, `${out} is not empty (precious): name another, or remove it`);
});

spec("whoever cannot make a release on this machine is told where it can be made", async () => {
  checkMachine("linux");
  const { code, message } = await fault(() => checkMachine("darwin"));
  assert.is(code, "noTool");
  assert.match(
    message,
    /^releases are made on Linux.*this is darwin: make them in WSL.*container of Debian 12/,
  );
});

spec("texts of licences come with the name and version of what they are for", (t) => {
  const folder = aFolder(t);
  writeFileSync(join(folder, "package.json"), '{"name":"x","version":"1.2.3","license":"MIT"}');
  writeFileSync(join(folder, "LICENSE.md"), "Do what you like.\n\n");
  writeFileSync(join(folder, "index.js"), "");
  assert.is(licencesText([folder]), "x 1.2.3 (MIT)\n\nDo what you like.\n");
});
