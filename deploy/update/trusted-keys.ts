/** Whose releases this board takes. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RELEASE_KEYS, type ReleaseKey, readTrustedKeys } from "../release/release-key.ts";

/** The board's own, and those that came with the release that runs: a release can bring the next key. Throws `KeysError`. */
export function trustedKeys(notes: string): readonly ReleaseKey[] {
  const release = fileURLToPath(new URL("../../../", import.meta.url));
  const keys = [
    ...readTrustedKeys(join(notes, RELEASE_KEYS)),
    ...readTrustedKeys(join(release, RELEASE_KEYS)),
  ];
  return keys.filter(({ id }, at) => keys.findIndex((key) => key.id === id) === at);
}
