/** When a release counts as made: nothing of the day on which it was built, so that it can be built again, bit for bit. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ReleaseError } from "./release-error.ts";

/** What a release is made of, below the root. */
const SOURCES = ["package.json", "runtime", "firmware", "devices", "deploy"] as const;

/**
 * Seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the checkout's last commit, else, where the
 * sources came without git, that of the newest file among them: archives of a commit have the commit's. Throws `ReleaseError`.
 */
export function releaseTimeS(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const given = environment.SOURCE_DATE_EPOCH;
  if (given !== undefined && given !== "") {
    if (/^\d{1,11}$/.test(given)) return Number(given);
    throw new ReleaseError(
      "noTime",
      `SOURCE_DATE_EPOCH: found "${given}", allowed are whole seconds since 1970`,
    );
  }
  const timeS = commitTimeS(root) ?? newestSourceS(root);
  if (timeS !== undefined) return timeS;
  throw new ReleaseError(
    "noTime",
    `${root} has neither a commit nor sources to take the release's time from: set SOURCE_DATE_EPOCH=$(date +%s)`,
  );
}

/** Undefined without git, outside of a checkout, and in one that is somebody else's. */
function commitTimeS(root: string): number | undefined {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return Number(execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8", stdio }));
  } catch {
    return undefined;
  }
}

function newestSourceS(root: string): number | undefined {
  const times = SOURCES.flatMap((name) => fileTimesMs(join(root, name)));
  return times.length === 0 ? undefined : Math.floor(times.reduce((a, b) => Math.max(a, b)) / 1000);
}

/** Of a file, or of all files below a folder; none where it is not. */
function fileTimesMs(path: string): number[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [stat.mtimeMs];
  return readdirSync(path).flatMap((name) => fileTimesMs(join(path, name)));
}
