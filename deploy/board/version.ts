/** Which Holdfast this is, and when it was built: wall time before that cannot be true. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const about = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
  /** Of a release, seconds since 1970: its files carry no time that means anything. */
  readonly createdS?: number;
};

export const VERSION: string = about.version;
export const BUILT_AT_MS =
  about.createdS === undefined ? statSync(new URL(import.meta.url)).mtimeMs : about.createdS * 1000;
/** The folder of the release that runs; undefined in a checkout. */
export const RELEASE_FOLDER =
  about.createdS === undefined ? undefined : fileURLToPath(new URL("../../../", import.meta.url));
