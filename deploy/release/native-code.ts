/**
 * Native code for a target: prebuilt where the package ships it, else compiled here. Without node-gyp: each of the two
 * addons is one source file, and its flags are those that node-gyp would give (addon.gypi of Node 20).
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { key, npmPackage } from "./npm-package.ts";
import { keptFile } from "./release-cache.ts";
import { ReleaseError } from "./release-error.ts";
import { isNative, type Target } from "./target.ts";
import { runTool } from "./tool.ts";

/** What is compiled: `build/Release/<addon>.node` of a package. */
export const COMPILED = [
  { package: "i2c-bus", addon: "i2c", source: "src/i2c.cc" },
  { package: "epoll", addon: "epoll", source: "src/epoll.cc" },
] as const;

export interface NativePlace {
  readonly target: Target;
  /** node_modules that the sources come from. */
  readonly packages: string;
  readonly cache: string;
}

/** The Node of the target without its symbols (an eighth of it), and its headers. Throws `ReleaseError`. */
export async function nodeFor({ target, cache }: NativePlace): Promise<{ program: string; headers: string }> {
  const folder = await npmPackage(target.node, cache);
  const program = await keptFile(join(folder, "bin/node-stripped"), (path) =>
    runTool(toolOf(target, "strip"), ["--strip-all", "-o", path, join(folder, "bin/node")], {
      packages: compilerPackages(target),
    }),
  );
  return { program, headers: join(folder, "include/node") };
}

/** Compiles an addon, or takes it from the cache. Throws `ReleaseError`. */
export async function compiledAddon(
  { package: name, addon, source }: (typeof COMPILED)[number],
  place: NativePlace,
): Promise<string> {
  const { target, packages, cache } = place;
  const from = join(packages, name);
  const nan = join(packages, "nan");
  const { headers } = await nodeFor(place);
  const version = readFileSync(join(nan, "package.json"));
  const stamp = key(readFileSync(join(from, source)), version, target.node.integrity);
  return keptFile(join(cache, "addons", `${target.name}-${addon}-${stamp}.node`), (path) =>
    runTool(
      toolOf(target, "g++"),
      [
        ...["-shared", "-fPIC", "-pthread", "-O2", "-std=gnu++17", "-fno-exceptions", "-fno-rtti"],
        ...["-fno-strict-aliasing", "-fno-omit-frame-pointer", "-w"],
        ...[`-DNODE_GYP_MODULE_NAME=${addon}`, "-DBUILDING_NODE_EXTENSION", "-DUSING_UV_SHARED=1"],
        ...["-DUSING_V8_SHARED=1", "-DV8_DEPRECATION_WARNINGS=1", "-D_LARGEFILE_SOURCE"],
        ...["-D_FILE_OFFSET_BITS=64", "-DOPENSSL_NO_PINSHARED"],
        // The same bytes in every checkout.
        ...[`-ffile-prefix-map=${packages}=.`, "-Wl,--build-id=none", "-s"],
        ...["-I", headers, "-I", nan, join(from, source), "-o", path],
      ],
      { packages: compilerPackages(target) },
    ),
  );
}

/** Copies what a package built with prebuildify ships for the target. Throws `ReleaseError` where it ships nothing. */
export function copyPrebuilds(from: string, to: string, { prebuilds, name }: Target): void {
  const folder = join(from, "prebuilds", prebuilds.folder);
  const files = filesOf(folder).filter((file) => prebuilds.file.test(join(folder, file)));
  if (files.length === 0)
    throw new ReleaseError("wrongPackage", `${from} ships nothing for ${name}: run npm ci and try again`);
  mkdirSync(join(to, "prebuilds", prebuilds.folder), { recursive: true });
  for (const file of files) copyFileSync(join(folder, file), join(to, "prebuilds", prebuilds.folder, file));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** A machine's own tools have no prefix. */
function toolOf(target: Target, tool: "g++" | "strip"): string {
  return isNative(target) ? tool : `${target.triplet}-${tool}`;
}

function compilerPackages(target: Target): readonly string[] {
  return isNative(target) ? ["gcc", "g++"] : target.compilerPackages;
}
