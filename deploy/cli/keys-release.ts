/** `holdfast keys release`: what releases are signed with. What is there is kept. */
import { resolve } from "node:path";
import { makeReleaseKeys } from "../release/release-key.ts";
import type { KeysFlags } from "./keys-tls.ts";

/** `names`: of further keys; none: `release`. Throws `KeysError`, `PrivateFileError`. */
export function keysRelease(names: readonly string[], { json, out }: Pick<KeysFlags, "json" | "out">): void {
  const wanted = names.length === 0 ? ["release"] : names.map((name) => `release-${name}`);
  const pairs = wanted.map((name) => ({ name, ...makeReleaseKeys(resolve(out), name) }));
  if (json) process.stdout.write(pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  else
    process.stdout.write(
      `${pairs.map(({ made, id, key, pub }) => `${made ? "made" : "kept"}  ${key}, ${pub}  id ${id}`).join("\n")}\n\n${REST}`,
    );
}

const REST = `Keep the .key where releases are made, mode 600, and a copy elsewhere: who has it decides what your boards run, and without
it a board takes a release only by hand. Boards get the .pub with each release. To replace a key: holdfast keys release 2027, then
release once with the old one and --trust keys/release-2027.pub, and from then on with --key keys/release-2027.key.
`;
