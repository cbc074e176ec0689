/**
 * The programs of a board, each bundled into one file, but for the command line. They find each other by where they lie (`new URL("./x.js",
 * import.meta.url)`), so a bundle lies where what it was made of lay: a thread's program beside the process that starts it.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions } from "esbuild";
import { CELL_FORMAT } from "./cell-format.ts";
import { PACKAGES_WITH_NATIVE_CODE } from "./packages.ts";
import { ReleaseError } from "./release-error.ts";

/** By place below the application's `program` folder, without `.js` or `.cjs`: the compiled file below `dist`. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "deploy/cli/main": "deploy/cli/main",
  "deploy/board/guardian-main": "deploy/board/guardian-main",
  "deploy/board/runtime-main": "deploy/board/runtime-main",
  "deploy/board/world-main": "deploy/board/world-main",
  "deploy/board/stop-step": "deploy/board/stop-step",
  "deploy/hand/hand-main": "deploy/hand/hand-main",
  "deploy/board/boot-step": "deploy/board/boot-step",
  "deploy/board/reader-thread": "firmware/client/reader-thread",
  "deploy/board/watchdog-thread": "firmware/client/watchdog-thread",
  "deploy/outbox/outbox-main": "deploy/outbox/outbox-main",
  "cells/device-thread": "deploy/board/device-thread",
  "cells/mqtt-thread": "deploy/board/mqtt-thread",
  "cells/reload-thread": "deploy/board/reload-thread",
};

export interface ProgramsOptions {
  /** The checkout. */
  readonly root: string;
  readonly out: string;
  /** Stacks then name places in the source; three times the size. */
  readonly sourceMaps: boolean;
  /** What to bundle: by place below `out` without ending, the file. */
  readonly entries: Readonly<Record<string, string>>;
  /** Of the bundles. Default: `.js`. */
  readonly ending?: ".js" | ".mjs";
}

/** The command line: thirty verbs, of which it runs one. A verb's code is read when it is asked for. */
const IN_PARTS: readonly string[] = ["deploy/cli/main"];
/** Of cells' threads. */
const CELLS: readonly string[] = ["cells/device-thread", "cells/mqtt-thread", "cells/reload-thread"];

/** CommonJS packages inside an ES module still call require for Node's own modules. */
const BANNER =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

const WHOLE: BuildOptions = { platform: "node", format: "esm", target: "node20", banner: { js: BANNER } };

type Entry = readonly [place: string, file: string];

/**
 * Bundles programs; names stay, so that a stack can be read. Resolves to the folders of the packages that are now part of
 * them, seen from the checkout and sorted. Throws `ReleaseError`.
 */
export async function bundlePrograms(options: ProgramsOptions): Promise<string[]> {
  const entries = Object.entries(options.entries);
  const kind = ([place]: Entry) =>
    CELLS.includes(place) ? "cell" : IN_PARTS.includes(place) ? "parts" : "whole";
  const of = (wanted: ReturnType<typeof kind>) => entries.filter((entry) => kind(entry) === wanted);
  const inputs = [
    ...(await bundle(options, of("whole"), WHOLE)),
    ...(await bundle(options, of("cell"), CELL_FORMAT)),
    ...(await inParts(options, of("parts"))),
  ];
  const packages = inputs.map(packageFolder);
  return [...new Set(packages.filter((folder) => folder !== undefined))].sort();
}

/** Parts lie beside their program: what looks for files from where it lies finds them from there, too. */
async function inParts(options: ProgramsOptions, entries: readonly Entry[]): Promise<string[]> {
  const inputs: string[] = [];
  for (const entry of entries) {
    const chunkNames = `${dirname(entry[0])}/part-[hash]`;
    inputs.push(...(await bundle(options, [entry], { ...WHOLE, splitting: true, chunkNames })));
  }
  return inputs;
}

/** The files that became part of it. */
async function bundle(
  { root, out, sourceMaps, ending = ".js" }: ProgramsOptions,
  entries: readonly Entry[],
  format: BuildOptions,
): Promise<string[]> {
  if (entries.length === 0) return [];
  const { build } = await bundler();
  try {
    const { metafile } = await build({
      outExtension: { ".js": ending },
      ...format,
      entryPoints: entries.map(([place, file]) => ({ out: place, in: file })),
      outdir: out,
      absWorkingDir: root,
      bundle: true,
      external: [...PACKAGES_WITH_NATIVE_CODE, "esbuild"],
      preserveSymlinks: true,
      legalComments: "none",
      sourcemap: sourceMaps,
      sourcesContent: false,
      logLevel: "silent",
      metafile: true,
    });
    return Object.keys(metafile!.inputs);
  } catch (error) {
    throw new ReleaseError("toolFailed", `esbuild: ${(error as Error).message}`, error);
  }
}

/** The product's own programs, as the build compiled them. */
export function ownPrograms(root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(PROGRAMS).map(([place, file]) => [place, join(root, "dist", `${file}.js`)]),
  );
}

/** The package that a bundled file belongs to; undefined for the project's own. */
export function packageFolder(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

/** Throws `ReleaseError` ("noCheckout") on a board, and where packages are not installed. */
export async function bundler(): Promise<typeof import("esbuild")> {
  try {
    return await import("esbuild");
  } catch (error) {
    const where = dirname(fileURLToPath(import.meta.url));
    throw new ReleaseError(
      "noCheckout",
      `releases are made in a checkout of the project, with its packages installed (npm ci); ${where} has no esbuild`,
      error,
    );
  }
}
