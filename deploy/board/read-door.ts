/** The files of `mqtt.listen`; apart from the broker itself, so that whoever only looks at them does not load it. */
import type { ListenPlan } from "../config/listen-schema.ts";
import { readIdentity } from "../mqtt/broker-login.ts";
import type { NetworkDoorOptions } from "../mqtt/network-door.ts";
import { readUsers } from "../mqtt/users-file.ts";

/** Reads users and certificate. Throws `PrivateFileError`. */
export function readDoor({ host, port, usersFile, tls }: ListenPlan): NetworkDoorOptions {
  const credentials = readUsers(usersFile);
  return { host, port, credentials, ...(tls !== undefined && { tls: readIdentity(tls.cert, tls.key) }) };
}
