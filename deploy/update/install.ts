/**
 * Holdfast on a machine that has none: the slots with the release in the first of them, put there as one archive. It needs
 * what every Linux has (sh, tar), and the right to make the folder.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../config/load-config.ts";
import { namedFiles } from "../config/named-files.ts";
import { spawnModules } from "../config/spawn-modules.ts";
import { BundleError } from "../release/bundle-error.ts";
import { openBundle } from "../release/bundle-reader.ts";
import { checkFitsHere } from "../release/fits-here.ts";
import type { Manifest } from "../release/manifest.ts";
import type { ReleaseKey } from "../release/release-key.ts";
import { RELEASE_KEYS } from "../release/release-key.ts";
import { unpackRelease } from "../release/unpack-release.ts";
import type { ByteSource } from "./byte-source.ts";
import { manifestFile } from "./receive.ts";
import { type RemotePlace, runRemote, shellWord } from "./remote.ts";
import { SlotFile } from "./slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "./slot-program.ts";
import { firstRecord } from "./slot-steps.ts";
import { UpdateError } from "./update-error.ts";

const DEFAULT_CONFIG = "board.config.json";

export interface InstallPlan {
  readonly place: RemotePlace;
  readonly source: ByteSource;
  readonly where: string;
  /** Whose bundle it may be, and whose releases the board will take. */
  readonly trusted: readonly ReleaseKey[];
  /** A board.config.json instead of the bundle's. */
  readonly config?: string;
  /** Made a service and started. */
  readonly start: boolean;
  readonly say: (what: string) => void;
}

/** Throws `BundleError`, `UpdateError` `unreachable` and `interrupted`; then nothing is left there but a folder `<root>.new`. */
export async function install(plan: InstallPlan): Promise<Manifest> {
  const { place, source, where, trusted, say } = plan;
  const bundle = await openBundle(source.read(0, source.bytes), trusted, where);
  await checkMachine(place, bundle.manifest, where);
  const folder = await mkdtemp(join(tmpdir(), "holdfast-install-"));
  let named: readonly string[] = [];
  try {
    say(`unpacks ${bundle.manifest.version}`);
    await unpackRelease(bundle, join(folder, "a"));
    await layOut(folder, plan, bundle.manifest, bundle.release);
    named = filesOf(join(folder, DEFAULT_CONFIG));
    say(`sends it to ${place.target}:${place.root}`);
    await sent(place, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (plan.start) await started(place, named, say);
  return bundle.manifest;
}

/** What a machine says of itself, as the targets are called. */
const TARGETS: Readonly<Record<string, string>> = {
  "aarch64 64": "linux-arm64",
  "x86_64 64": "linux-x64",
  "aarch64 32": "linux-armv7l",
  "armv7l 32": "linux-armv7l",
};

/** One line, told from what a login prints. Other C libraries than glibc say nothing of a version. */
const ABOUT_MACHINE =
  'echo "holdfast-machine $(uname -m) $(getconf LONG_BIT) $(uname -r) $(getconf GNU_LIBC_VERSION 2>/dev/null)"';
const MACHINE = /^holdfast-machine (\S+ \d+) (\S+) ?(?:glibc (\S+))?$/m;

/** Before anything is sent: a release that cannot start there would only be seen to fail. Throws `BundleError` `wrongTarget`, `tooOldHere`. */
async function checkMachine(place: RemotePlace, manifest: Manifest, where: string): Promise<void> {
  const asked = await runRemote(place, ABOUT_MACHINE);
  const [, found, kernel, glibc] = MACHINE.exec(asked.text) ?? [];
  if (found === undefined || kernel === undefined)
    throw new UpdateError(
      "unreachable",
      `${place.target} does not say what machine it is: ${asked.text.trim()}`,
    );
  const { target, board } = manifest;
  const here = TARGETS[found];
  if (here !== target) {
    const is = here ?? `a machine (${found} bits) that there are no releases for`;
    throw new BundleError("wrongTarget", `${where} is for ${target}, ${place.target} is ${is}`);
  }
  const machine = { target, board, kernel, ...(glibc !== undefined && { glibc }), name: place.target };
  checkFitsHere(manifest, machine, where);
}

async function layOut(
  folder: string,
  { config, trusted }: InstallPlan,
  manifest: Manifest,
  release: string,
): Promise<void> {
  await writeFile(join(folder, SLOT_PROGRAM), SLOT_PROGRAM_TEXT, { mode: 0o755 });
  await symlink("a", join(folder, "current"));
  await cp(config ?? join(folder, "a/board.config.json"), join(folder, "board.config.json"));
  await mkdir(join(folder, RELEASE_KEYS));
  for (const { id, pem } of trusted) await writeFile(join(folder, RELEASE_KEYS, `${id}.pub`), pem);
  await writeFile(manifestFile(folder, "a"), JSON.stringify(manifest));
  new SlotFile(folder).write(firstRecord(release));
}

/** As one archive into a folder aside, which takes its place at the end. */
async function sent(place: RemotePlace, folder: string): Promise<void> {
  const root = shellWord(place.root);
  const command = [
    "set -e",
    `parent=$(dirname ${root})`,
    `[ ! -e ${root} ] || { echo "holdfast: ${place.root} is there already and holds no slots: move it away" >&2; exit 1; }`,
    'as=; [ -w "$parent" ] || as="sudo -n"',
    `$as rm -rf ${root}.new`,
    `$as mkdir -p ${root}.new`,
    // Root's where root does it: what chooses and judges releases is not the board's to write.
    `$as tar -xzf - --no-same-owner -C ${root}.new`,
    // It was laid out in a folder that only its maker may read: the board's user has to.
    `$as chmod -R u+rwX,go+rX ${root}.new`,
    "sync",
    `$as mv ${root}.new ${root}`,
  ].join("\n");
  const tar = spawn("tar", ["-C", folder, "-czf", "-", "."], { stdio: ["ignore", "pipe", "inherit"] });
  const { code } = await runRemote(place, command, { input: tar.stdout });
  if (code === 0) return;
  const help =
    "its user needs sudo without a password, or the right to write there (--root names another folder)";
  throw new UpdateError("interrupted", `${place.target} did not take it (exit code ${code}): ${help}`);
}

/** Logins, keys and certificates that a configuration names. A release has none of them: it is signed, not secret. */
function filesOf(config: string): readonly string[] {
  const { config: found } = loadConfig(config);
  if (found === undefined) return []; // who starts it says what is wrong
  const modules = spawnModules(found);
  return namedFiles(found).filter((file) => !modules.includes(file));
}

async function started(
  place: RemotePlace,
  named: readonly string[],
  say: (what: string) => void,
): Promise<void> {
  const by = `sudo ${place.root}/current/bin/holdfast service ${place.root}/board.config.json --slots ${place.root} --install`;
  if (named.length > 0) {
    const help = `copy them to ${place.root} on ${place.target}, readable for its user alone, then there: ${by} && sudo systemctl start holdfast`;
    const what = `board.config.json names ${named.join(", ")}, and a release brings no secrets`;
    throw new UpdateError("restart", `it is installed and not started: ${what}; ${help}`);
  }
  say("makes it a service and starts it");
  const [root, config] = [place.root, `${place.root}/board.config.json`].map(shellWord);
  const command = [
    "set -e",
    // Small systems have no sudo, and nobody but root.
    'as=; [ "$(id -u)" = 0 ] || as="sudo -n"',
    `$as ${root}/current/bin/holdfast service ${config} --slots ${root} --install --user "$(id -un)"`,
    "$as systemctl restart holdfast",
  ].join("\n");
  const { code, text } = await runRemote(place, command);
  if (code === 0) return;
  const why = text.trim() || "what it said of that stands above";
  throw new UpdateError(
    "restart",
    `it is installed and not started (exit code ${code}): ${why}. On ${place.target}: ${by} && sudo systemctl restart holdfast`,
  );
}
