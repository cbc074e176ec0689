/** Who may come in at the board's own broker: `users.json`, as `holdfast keys acl` writes it. No password is in it. */
import type { Credential } from "./access.ts";
import { PrivateFileError, readPrivateFile } from "./private-file.ts";
import { ROLES } from "./rights.ts";

/** Everybody in the file. Throws `PrivateFileError`. */
export function readUsers(file: string): readonly Credential[] {
  return decodeUsers(readPrivateFile(file), file);
}

/** The users in the text of `file`; at least one. Throws `PrivateFileError`. */
export function decodeUsers(text: string, file: string): readonly Credential[] {
  let users: unknown;
  try {
    ({ users } = JSON.parse(text) as { users: unknown });
  } catch {
    users = undefined; // The parser's own words would quote the file.
  }
  const found = Array.isArray(users) ? users.map(credential) : [];
  if (found.length === 0 || found.includes(undefined)) {
    const allowed = `{"users":[{"user":"...","role":"...","sha256":"64 hex digits"}]}, roles ${ROLES.join(", ")}`;
    const why = `no users in it, or one that is none; allowed is ${allowed}: holdfast keys acl writes it`;
    throw new PrivateFileError("malformed", file, why);
  }
  return found as readonly Credential[];
}

function credential(value: unknown): Credential | undefined {
  const { user, role, sha256 } = (value ?? {}) as Record<string, unknown>;
  const known = ROLES.find((name) => name === role);
  if (typeof user !== "string" || !/^[a-z][a-z0-9_-]{0,31}$/.test(user) || known === undefined)
    return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { user, role: known, digest: Buffer.from(sha256, "hex") };
}
