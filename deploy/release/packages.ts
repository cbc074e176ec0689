/**
 * Packages that cannot be bundled, because they look for native code beside their files: copied with what they need, and
 * without what only their makers need.
 */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { COMPILED, compiledAddon, copyPrebuilds, type NativePlace } from "./native-code.ts";
import { npmPackage } from "./npm-package.ts";
import { ReleaseError } from "./release-error.ts";

/** What programs load at run time as packages; the bundler leaves these names alone. */
export const PACKAGES_WITH_NATIVE_CODE = ["koffi", "classic-level", "i2c-bus", "onoff"] as const;

/** Needed while native code is compiled, or Node's own module of that name is taken. */
const NOT_AT_RUN_TIME = ["nan", "napi-macros", "buffer"];
const FOLDERS_OF_MAKERS = [
  ...["node_modules", "build", "prebuilds", "deps", "vendor", "test", "integration-test"],
  ...["example", "examples", "doc", "docs", "types"],
];
const KEPT_ENDINGS = [".js", ".cjs", ".mjs", ".json"];

/** Copies them into `folder`/node_modules; resolves to their names, sorted. Throws `ReleaseError`. */
export async function copyPackages(folder: string, place: NativePlace): Promise<string[]> {
  const names = closure(PACKAGES_WITH_NATIVE_CODE, place.packages);
  for (const name of names) {
    const from = join(place.packages, name);
    const to = join(folder, "node_modules", name);
    cpSync(from, to, { recursive: true, dereference: true, filter: (path) => isKept(relative(from, path)) });
    if (existsSync(join(from, "prebuilds"))) copyPrebuilds(from, to, place.target);
  }
  for (const addon of COMPILED) {
    const to = join(folder, "node_modules", addon.package, "build/Release");
    mkdirSync(to, { recursive: true });
    cpSync(await compiledAddon(addon, place), join(to, `${addon.addon}.node`));
  }
  await copyKoffi(folder, place);
  return names;
}

/** Koffi's native code is a package of its own for each kind of machine. */
async function copyKoffi(folder: string, { target, packages, cache }: NativePlace): Promise<void> {
  const name = `@koromix/koffi-linux-${target.arch}`;
  const from = await npmPackage(locked(name, packages), cache);
  const to = join(folder, "node_modules", name);
  cpSync(from, to, {
    recursive: true,
    filter: (path) => basename(path) !== "README.md" && !/musl/.test(path),
  });
}

/** As the lockfile pins it, for whatever machine. */
function locked(name: string, packages: string) {
  const file = join(packages, "../package-lock.json");
  const { packages: all } = JSON.parse(readFileSync(file, "utf8")) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const found = all[`node_modules/${name}`];
  if (found === undefined)
    throw new ReleaseError("wrongPackage", `${file} does not name ${name}: it has to be the project's own`);
  return { name, version: found.version, integrity: found.integrity };
}

/** Names of packages and of all that they need at run time. Throws `ReleaseError` where one is not installed. */
function closure(wanted: readonly string[], packages: string): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name) || NOT_AT_RUN_TIME.includes(name)) return;
    const file = join(packages, name, "package.json");
    if (!existsSync(file))
      throw new ReleaseError(
        "noCheckout",
        `${file} is not there: install the project's packages with npm ci`,
      );
    found.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as { dependencies?: object };
    for (const needed of Object.keys(dependencies)) add(needed);
  };
  for (const name of wanted) add(name);
  return [...found].sort();
}

function isKept(path: string): boolean {
  if (path === "") return true;
  if (FOLDERS_OF_MAKERS.includes(path.split("/")[0]!)) return false;
  const ending = extname(path);
  return ending === "" || KEPT_ENDINGS.includes(ending) || /^licen[cs]e/i.test(basename(path));
}
