/** The board's own broker for others on the network: `mqtt.listen`. On loopback it listens anyway. */
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { whole } from "../../devices/field.ts";
import { path } from "./login-schema.ts";

const optional = v.exactOptional;

/** Not 1883: there it listens on loopback already. 8883 is what mqtts:// means. */
const DEFAULT_PORT = { clear: 1884, tls: 8883 } as const;

export const listenSchema = v.pipe(
  v.strictObject({
    host: v.pipe(
      v.string(),
      v.regex(/^([a-zA-Z0-9][a-zA-Z0-9.-]{0,252}|[0-9a-fA-F:]{2,45})$/),
      v.description('Address of this machine to listen on; "0.0.0.0" is all of them (IPv4), "::" all.'),
      v.metadata({ errorMessage: 'an address of this machine such as "0.0.0.0" or "192.168.1.10"' }),
    ),
    port: optional(whole(`Default: ${DEFAULT_PORT.tls} with "tls", else ${DEFAULT_PORT.clear}.`, 1, 65_535)),
    usersFile: path(
      "Who may come in and what each may do, as holdfast keys acl writes it (users.json); only its owner may read it.",
    ),
    tls: optional(
      v.pipe(
        v.strictObject({
          cert: path("The broker's certificate, PEM, as holdfast keys tls --broker makes it."),
          key: path("Its key, PEM, that only its owner may read (chmod 600)."),
        }),
        v.description("Without it passwords and readings go over the network in clear."),
      ),
    ),
  }),
  v.description(
    "Lets others on the network use the board's own broker, with a login each. Without it only programs on this machine reach it.",
  ),
);

export type ListenConfig = v.InferOutput<typeof listenSchema>;

/** The same with whole paths, and the port worked out. */
export interface ListenPlan {
  readonly host: string;
  readonly port: number;
  readonly usersFile: string;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** `config`: where the configuration lies. */
export function listenPlan({ host, port, usersFile, tls }: ListenConfig, config: string): ListenPlan {
  const folder = dirname(resolve(config));
  const at = (file: string) => resolve(folder, file);
  return {
    host,
    port: port ?? (tls === undefined ? DEFAULT_PORT.clear : DEFAULT_PORT.tls),
    usersFile: at(usersFile),
    ...(tls !== undefined && { tls: { cert: at(tls.cert), key: at(tls.key) } }),
  };
}
