import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The largest of Debian is amdgpu with 12 MB. */
const MAX_MODULE_BYTES = 64 * 1_048_576;

/** A module of the kernel, as it is loaded. */
export interface KernelModule {
  /** `i2c_dev`: as the kernel spells it. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * The named modules and what they depend on, in the order in which they can be loaded. A name that is no module
 * (built into the kernel, or added later) is passed over when it is a dependency; a wanted one throws RangeError.
 */
export function modulesInOrder(folder: string, wanted: readonly string[]): KernelModule[] {
  const files = new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((file) => /\.ko(\.xz|\.zst)?$/.test(file))
      .map((file) => [moduleName(file), join(folder, file)]),
  );
  const ordered = new Map<string, KernelModule>();
  const add = (name: string, needed: boolean) => {
    if (ordered.has(name)) return;
    const file = files.get(name);
    if (file === undefined && needed) throw new RangeError(`the kernel has no module ${name}`);
    if (file === undefined) return;
    const content = moduleContent(file);
    for (const dependency of dependencies(content)) add(dependency, false);
    ordered.set(name, { name, content });
  };
  for (const name of wanted) add(name, true);
  return [...ordered.values()];
}

/** What a module says it needs, from its `.modinfo` strings, as the kernel spells it. */
export function dependencies(content: Buffer): string[] {
  const [, names = ""] = /\0depends=([^\0]*)\0/.exec(content.toString("latin1")) ?? [];
  return names
    .split(",")
    .filter((name) => name !== "")
    .map((name) => name.replaceAll("-", "_"));
}

function moduleName(file: string): string {
  return basename(file)
    .replace(/\.ko(\.xz|\.zst)?$/, "")
    .replaceAll("-", "_");
}

function moduleContent(file: string): Buffer {
  if (file.endsWith(".xz")) return unpacked("xz", file);
  if (file.endsWith(".zst")) return unpacked("zstd", file);
  return readFileSync(file);
}

function unpacked(program: string, file: string): Buffer {
  const { status, stdout, error } = spawnSync(program, ["-dqc", file], { maxBuffer: MAX_MODULE_BYTES });
  if (status === 0) return stdout;
  throw new RangeError(`${file}: ${program} ${error?.message ?? `ended with ${status}`}`);
}
