/** Packages of npm's registry that are not for this machine: fetched once, kept in the user's cache, checked each time. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ReleaseError } from "./release-error.ts";
import { runTool } from "./tool.ts";

export interface NpmPackage {
  readonly name: string;
  /** Exact. */
  readonly version: string;
  /** As npm writes it into package-lock.json: `sha512-` and base64. */
  readonly integrity: string;
}

/**
 * The folder with the unpacked package below `cache`. Throws `ReleaseError`: npm or tar fails, there is no network, or the
 * package is not the one that was pinned.
 */
export async function npmPackage(wanted: NpmPackage, cache: string): Promise<string> {
  const { name, version, integrity } = wanted;
  const place = `${name.replace(/^@/, "").replace("/", "-")}-${version}`;
  const file = join(cache, `${place}.tgz`);
  const folder = join(cache, `${place}-${key(integrity)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, "new-"));
  try {
    if (!existsSync(file)) {
      await packed(`${name}@${version}`, aside);
      renameSync(join(aside, `${place}.tgz`), file);
    }
    const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    if (found !== integrity) {
      rmSync(file);
      throw new ReleaseError(
        "wrongPackage",
        `${name}@${version} from npm is not the package that was pinned: found ${found}, allowed ${integrity}; it was deleted, look at who answers for the registry (npm config get registry) and try again`,
      );
    }
    await runTool("tar", ["-xzf", file, "-C", aside], { packages: ["tar"] });
    try {
      renameSync(join(aside, "package"), folder);
    } catch (error) {
      if (!existsSync(folder)) throw error; // somebody else was faster
    }
    rmSync(file, { force: true });
    return folder;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Fetches a package as npm's registry has it into a folder. */
async function packed(what: string, folder: string): Promise<void> {
  const args = ["pack", what, "--loglevel=error", "--pack-destination", folder];
  try {
    await runTool("npm", args, { packages: ["npm"], cwd: folder });
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== "toolFailed") throw error;
    const need = `${what} could not be fetched; the first release for a target needs npm's registry`;
    throw new ReleaseError("toolFailed", `${need}:\n${error.message}`, error);
  }
}

/** A few letters that stand for a content. */
export function key(...parts: readonly (string | Uint8Array)[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\0");
  return digest.digest("hex").slice(0, 12);
}
