/**
 * The application of a board as a folder that needs nothing beside it but the kernel and glibc: Node, the programs, the
 * page, packages with native code for the target, and the configuration.
 *
 *     bin/holdfast            run, check, doctor ...: the command line
 *     bin/node                the pinned Node, without its symbols
 *     program/                programs as bundles; deploy/board/guardian-main.js is the service
 *     program/dashboard/      the page
 *     node_modules/           packages with native code
 *     package.json            version and time of the release
 *     board.config.json       and modules that it names (`spawn` of links)
 *     release-keys/           public keys of those whose releases it takes
 *     licences.txt
 */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../board/version.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { spawnModules } from "../config/spawn-modules.ts";
import { licencesText } from "./licences.ts";
import { nodeFor } from "./native-code.ts";
import { copyPackages } from "./packages.ts";
import { bundlePrograms, bundler, ownPrograms } from "./programs.ts";
import { cacheFolder } from "./release-cache.ts";
import { ReleaseError } from "./release-error.ts";
import { RELEASE_KEYS, type ReleaseKey } from "./release-key.ts";
import { releaseTimeS } from "./release-time.ts";
import { TARGETS, type TargetName } from "./target.ts";

export interface ApplicationOptions {
  readonly target: TargetName;
  /** The board.config.json. */
  readonly config: string;
  /** Where to: a folder that is empty or not there yet. */
  readonly out: string;
  /** Whose releases the board takes once it runs this one. Default: nobody's. */
  readonly trusted?: readonly ReleaseKey[];
  /** Default: no. */
  readonly sourceMaps?: boolean;
  /** Default: this process's. SOURCE_DATE_EPOCH, XDG_CACHE_HOME. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Hears what is being done. */
  readonly step?: (what: string) => void;
}

/** What was built. */
export interface Application {
  readonly folder: string;
  readonly target: TargetName;
  readonly version: string;
  /** Seconds since 1970. */
  readonly createdS: number;
  readonly config: BoardConfig;
}

/** The checkout: `dist/deploy/release` lies three folders below it. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const LAUNCHER = `#!/bin/sh
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/node" "$here/../program/deploy/cli/main.js" "$@"
`;

/** Lays out an application. Throws `ReleaseError`; what was written by then is left in `out`. */
export async function buildApplication(options: ApplicationOptions): Promise<Application> {
  const { trusted = [], sourceMaps = false, environment = process.env, step = () => {} } = options;
  checkMachine(process.platform);
  await bundler(); // nothing else is tried where there is none
  const target = TARGETS[options.target];
  const out = resolve(options.out);
  const configFile = resolve(options.config);
  const config = checked(configFile);
  const createdS = releaseTimeS(ROOT, environment);
  makeEmpty(out);
  const place = { target, packages: join(ROOT, "node_modules"), cache: cacheFolder(environment) };

  step(`Node ${target.node.version} and native code for ${target.name}`);
  mkdirSync(join(out, "bin"));
  const { program } = await nodeFor(place);
  copyFileSync(program, join(out, "bin/node"));
  writeFileSync(join(out, "bin/holdfast"), LAUNCHER);
  for (const name of ["node", "holdfast"]) chmodSync(join(out, "bin", name), 0o755);
  const copied = await copyPackages(out, place);

  step("programs and page");
  const entries = ownPrograms(ROOT);
  const bundled = await bundlePrograms({ root: ROOT, out: join(out, "program"), sourceMaps, entries });
  cpSync(join(ROOT, "dist/dashboard"), join(out, "program/dashboard"), { recursive: true });

  copyFileSync(configFile, join(out, "board.config.json"));
  const modules = spawnable(config, configFile);
  for (const ending of [".js", ".mjs"] as const) {
    const entries = Object.fromEntries(
      modules
        .filter(({ path }) => path.endsWith(ending))
        .map(({ path, file }) => [path.slice(0, -ending.length), file]),
    );
    await bundlePrograms({ root: ROOT, out, sourceMaps, entries, ending });
  }
  mkdirSync(join(out, RELEASE_KEYS));
  for (const { id, pem } of trusted) writeFileSync(join(out, RELEASE_KEYS, `${id}.pub`), pem);
  const about = {
    name: "holdfast",
    version: VERSION,
    type: "module",
    license: "MIT",
    private: true,
    createdS,
  };
  writeFileSync(join(out, "package.json"), `${JSON.stringify(about, null, 2)}\n`);
  const folders = [...bundled, ...copied.map((name) => `node_modules/${name}`)];
  writeFileSync(
    join(out, "licences.txt"),
    licencesText([...new Set(folders)].map((path) => join(ROOT, path))),
  );
  return { folder: out, target: target.name, version: VERSION, createdS, config };
}

/** Throws `ReleaseError` ("noTool") where no native code can be made for a Pi. */
export function checkMachine(platform: string): void {
  if (platform === "linux") return;
  throw new ReleaseError(
    "noTool",
    `releases are made on Linux, with Debian's compilers for the Pi; this is ${platform}: make them in WSL (Windows) or a container of Debian 12, or on the Pi itself. One that was made there is pushed from here (holdfast push), and put on a card (holdfast flash --boot-folder ... --bundle x.holdfast)`,
  );
}

function checked(file: string): BoardConfig {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined) throw new ReleaseError("badConfig", formatProblems(problems, warnings, file));
  return config;
}

function makeEmpty(folder: string): void {
  let found: string[];
  try {
    mkdirSync(folder, { recursive: true });
    found = readdirSync(folder);
  } catch (error) {
    throw new ReleaseError("notWritten", `${folder} cannot be written: ${(error as Error).message}`, error);
  }
  if (found.length > 0)
    throw new ReleaseError("notWritten", `${folder} is not empty (${found[0]}): name another, or remove it`);
}

/** Modules that linked boards may spawn from, each in one file, where the configuration says that they are. */
function spawnable(config: BoardConfig, configFile: string): { path: string; file: string }[] {
  return spawnModules(config).map((path) => {
    if (path.startsWith("/") || path.split("/").includes(".."))
      throw new ReleaseError(
        "badConfig",
        `links.spawn: found "${path}", allowed in a release are paths below the folder of ${configFile}`,
      );
    const file = resolve(dirname(configFile), path);
    if (existsSync(file)) return { path, file };
    throw new ReleaseError("badConfig", `links.spawn: there is no ${file}`);
  });
}
