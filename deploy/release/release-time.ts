/** When a release counts as made: nothing of the day on which it was built, so that it can be built again, bit for bit. */
import { execFileSync } from "node:child_process";
import { ReleaseError } from "./release-error.ts";

/**
 * Seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the checkout's last commit. Throws
 * `ReleaseError`.
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
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return Number(execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8", stdio }));
  } catch (error) {
    throw new ReleaseError(
      "noTime",
      `${root} has no commit to take the release's time from: set SOURCE_DATE_EPOCH=$(date +%s)`,
      error,
    );
  }
}
