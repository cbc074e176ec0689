/** `holdfast keys acl`: a login for each board and person, and what a broker needs to know of them. */
import { resolve } from "node:path";
import { fleetLogins, writeBrokerFiles } from "../keys/fleet-logins.ts";
import type { Role } from "../mqtt/rights.ts";
import { columns } from "./columns.ts";
import { type KeysFlags, shown } from "./keys-tls.ts";

const WHAT: Readonly<Record<Role, string>> = {
  board: "speaks for itself and to other boards",
  operator: "reads, sends commands",
  viewer: "reads",
  homeAssistant: "reads, sends commands, is told of devices",
};

const rest = (
  users: string,
) => `A login file goes to whom it is for and nowhere else: "credentialsFile" of a board, --credentials of a person.
mosquitto.conf:  allow_anonymous false
                 password_file  and  acl_file  of these (readable by the user that Mosquitto runs as)
a board's own broker:  "mqtt": {"listen": {"usersFile": ${JSON.stringify(users)}, ...}}
`;

/** `boards`: their ids, which are their users. Throws `KeysError`. */
export function keysAcl(boards: readonly string[], flags: KeysFlags): void {
  const { json, out, operators, viewers, homeAssistants, places } = flags;
  const folder = resolve(out);
  const as = (role: Role) => (user: string) => [user, role] as const;
  const logins = fleetLogins(folder, [
    ...boards.map(as("board")),
    ...operators.map(as("operator")),
    ...viewers.map(as("viewer")),
    ...homeAssistants.map(as("homeAssistant")),
  ]);
  const files = writeBrokerFiles(folder, logins, places);
  if (json) {
    for (const { user, role, file, made } of logins)
      process.stdout.write(`${JSON.stringify({ user, role, file, made })}\n`);
    for (const file of files) process.stdout.write(`${JSON.stringify({ file })}\n`);
    return;
  }
  const rows = [
    ...logins.map(({ user, role, file, made }) => [
      made ? "made" : "kept",
      shown(file),
      `${user}, ${role}: ${WHAT[role]}`,
    ]),
    ...files.map((file) => ["wrote", shown(file), ""]),
  ];
  process.stdout.write(`${columns(rows).join("\n")}\n\n${rest(shown(files.at(-1)!))}`);
}
