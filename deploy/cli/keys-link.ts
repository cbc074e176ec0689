/** `holdfast keys link`: the secret that linked boards share. What is there is kept. */
import { join, resolve } from "node:path";
import { makeLinkSecret } from "../links/link-secret.ts";
import { CliError, EXIT } from "./exit-code.ts";
import type { KeysFlags } from "./keys-tls.ts";

/** Throws `KeysError`; `CliError` for boards: they all have the same one. */
export function keysLink(boards: readonly string[], { json, out }: Pick<KeysFlags, "json" | "out">): void {
  if (boards.length > 0) {
    throw new CliError(
      EXIT.usage,
      `keys link: found ${boards.join(" ")}; all boards share one secret: name none`,
    );
  }
  const file = join(resolve(out), "links.key");
  const made = makeLinkSecret(file);
  if (json) process.stdout.write(`${JSON.stringify({ name: "links", key: file, made })}\n`);
  else process.stdout.write(`${made ? "made" : "kept"}  ${file}\n\n${REST}`);
}

const REST = `Copy it to every board that is to be linked, mode 600, and write there "links": { "secretFile": "keys/links.key" }.
`;
