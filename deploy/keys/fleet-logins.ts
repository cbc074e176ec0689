/**
 * The logins of a fleet: one file each, `<user>.login.json`, which is what its owner is given, and what a broker needs of all of
 * them. Logins are made once and kept; the broker's files are written anew out of those that are there.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { userDigest } from "../mqtt/access.ts";
import { decodeCredentials } from "../mqtt/broker-login.ts";
import { readPrivateFile } from "../mqtt/private-file.ts";
import { type Places, ROLES, type Role } from "../mqtt/rights.ts";
import { readIfThere, replace, writeNew } from "./key-files.ts";
import { KeysError } from "./keys-error.ts";
import { mosquittoAcl } from "./mosquitto-acl.ts";
import { isPasswordLine, mosquittoPasswordLine, randomPassword } from "./mosquitto-password.ts";

export interface FleetLogin {
  readonly user: string;
  readonly role: Role;
  readonly file: string;
  /** False: it was there. */
  readonly made: boolean;
}

const ENDING = ".login.json";

/** Makes those that are not there; gives all that are, by user. Throws `KeysError` and `PrivateFileError`. */
export function fleetLogins(folder: string, wanted: readonly (readonly [user: string, role: Role])[]) {
  const made = new Set<string>();
  for (const [user, role] of wanted) {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(user)) {
      const allowed = "1 to 32 characters a-z, 0-9, - and _, a letter first";
      throw new KeysError("badName", `"${user}" is no name of a login; allowed are ${allowed}`);
    }
    const file = join(folder, `${user}${ENDING}`);
    if (readIfThere(file) === undefined) {
      const login = { user, role, password: randomPassword() };
      writeNew(file, `${JSON.stringify(login, undefined, 2)}\n`, "secret");
      made.add(user);
    }
    const { role: found } = read(file);
    if (found === role) continue;
    const again = `move it away, and another is made; or ask for "${user}" as ${found}`;
    throw new KeysError("doesNotFit", `${file}: it is of role ${found}, not ${role}; ${again}`);
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  return files.sort().map((name) => {
    const login = read(join(folder, name));
    return { ...login, made: made.has(login.user) };
  });
}

/** Writes `mosquitto.acl`, `mosquitto.passwd` and `users.json`; gives their paths. Throws `KeysError`. */
export function writeBrokerFiles(
  folder: string,
  logins: ReturnType<typeof fleetLogins>,
  places: Places,
): readonly string[] {
  const at = (name: string) => join(folder, name);
  const known = readIfThere(at("mosquitto.passwd"))?.split("\n") ?? [];
  const passwords = logins.map(
    ({ user, password }) =>
      // The same salt, so that what did not change is the same file.
      known.find((line) => isPasswordLine(line, user, password)) ?? mosquittoPasswordLine(user, password),
  );
  const users = logins.map(({ user, role, password }) => ({
    user,
    role,
    sha256: userDigest(user, password).toString("hex"),
  }));
  replace(at("mosquitto.passwd"), `${passwords.join("\n")}\n`, "secret");
  replace(at("mosquitto.acl"), mosquittoAcl(logins, places), "open");
  replace(at("users.json"), `${JSON.stringify({ users }, undefined, 2)}\n`, "secret");
  return ["mosquitto.passwd", "mosquitto.acl", "users.json"].map(at);
}

function read(file: string): Omit<FleetLogin, "made"> & { readonly password: string } {
  const text = readPrivateFile(file);
  const { user, password } = decodeCredentials(text, file);
  const role = ROLES.find((name) => name === (JSON.parse(text) as { role?: unknown }).role);
  if (role !== undefined) return { user, password, role, file };
  throw new KeysError("doesNotFit", `${file}: no role in it; allowed is "role": ${ROLES.join(", ")}`);
}
