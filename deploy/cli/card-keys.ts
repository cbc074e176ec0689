/** Whose releases a card's board takes from the start. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type ReleaseKey, readReleaseKey } from "../release/release-key.ts";
import { type Flags, listOf } from "./flags.ts";

/** What `holdfast keys release` makes. */
const OWN = "keys/release.pub";

/**
 * Those of `--trust`; else the key that lies where `holdfast release` signs by default. None of it: that is said, since such a
 * board takes no release over the network. Throws `PrivateFileError`, `KeysError`.
 */
export function cardKeys(flags: Flags): readonly ReleaseKey[] {
  const files = listOf(flags.trust);
  if (files.length > 0) return files.map((file) => readReleaseKey(resolve(file)));
  if (existsSync(OWN)) return [readReleaseKey(resolve(OWN))];
  if (flags.json !== true)
    process.stderr.write(
      `no key of releases (${OWN}): the board will take none over the network; holdfast keys release makes one\n`,
    );
  return [];
}
