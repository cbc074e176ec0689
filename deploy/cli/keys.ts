/** `holdfast keys`: what boards and their broker know each other by. */
import { KeysError } from "../keys/keys-error.ts";
import { PrivateFileError } from "../mqtt/private-file.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { keysAcl } from "./keys-acl.ts";
import { keysLink } from "./keys-link.ts";
import { keysRelease } from "./keys-release.ts";
import { type KeysFlags, keysTls } from "./keys-tls.ts";

/** By what is made. */
const MAKERS: Readonly<Record<string, (boards: readonly string[], flags: KeysFlags) => void>> = {
  tls: keysTls,
  link: keysLink,
  acl: keysAcl,
  release: keysRelease,
};

/** Throws `CliError`: wrong usage, or what stands in the way and what helps. */
export function keys(what: string, boards: readonly string[], flags: KeysFlags): void {
  const make = Object.hasOwn(MAKERS, what) ? MAKERS[what] : undefined;
  if (make === undefined) {
    const known = Object.keys(MAKERS).join(", ");
    throw new CliError(EXIT.usage, `no keys "${what}"; there are: ${known}`);
  }
  try {
    make(boards, flags);
  } catch (error) {
    if (error instanceof PrivateFileError) throw new CliError(EXIT.failed, error.message);
    if (!(error instanceof KeysError)) throw error;
    throw new CliError(error.code === "badName" ? EXIT.usage : EXIT.failed, error.message);
  }
}
