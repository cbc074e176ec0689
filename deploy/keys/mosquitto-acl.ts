/** Mosquitto's ACL file (mosquitto.conf(5), acl_file) out of the table of rights. */

import { type Places, rightsOf } from "../mqtt/rights.ts";
import type { FleetLogin } from "./fleet-logins.ts";

const HEAD = `# Written by holdfast keys acl: changes are lost when it is run again.
# Who is not named here may do nothing. Mosquitto 2.0 or later (topic deny).
`;

/**
 * One paragraph a user. Mosquitto cannot refuse the retain flag by user: retained commands are refused by the board that they are
 * for.
 */
export function mosquittoAcl(logins: readonly FleetLogin[], places: Places): string {
  return `${HEAD}${logins.map((login) => paragraph(login, places)).join("")}`;
}

function paragraph({ user, role }: FleetLogin, places: Places): string {
  const { publish, command, read, hidden } = rightsOf(role, user, places);
  const lines = [
    ...hidden.map((filter) => `topic deny ${filter}`),
    ...[...publish, ...command].map((filter) => `topic write ${filter}`),
    ...read.map((filter) => `topic read ${filter}`),
  ];
  return `\n# ${role}\nuser ${user}\n${lines.join("\n")}\n`;
}
