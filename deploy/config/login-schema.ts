/** How the board logs in at its broker: `mqtt.credentialsFile` and `mqtt.tls`. Only paths, so that the configuration may be shown to anybody. */
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import type { LoginFiles } from "../mqtt/broker-login.ts";

const optional = v.exactOptional;

/** Where a file is. */
export function path(description: string) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(1024),
    v.description(`${description} Relative to the folder of this file.`),
    v.metadata({ errorMessage: "the path of a file" }),
  );
}

export const credentialsFileField = path(
  'File with the login at the broker, {"user":"...","password":"..."}, that only its owner may read (chmod 600).',
);

export const tlsSchema = v.pipe(
  v.strictObject({
    ca: optional(
      path(
        "Authority that the broker's certificate has to be signed by, PEM. Default: those that Node.js brings along.",
      ),
    ),
    cert: optional(path("The board's own certificate, PEM, where the broker asks for one.")),
    key: optional(path("The key of that certificate, PEM, that only its owner may read (chmod 600).")),
  }),
  v.description('Only with a broker at "mqtts://".'),
);

export interface LoginConfig {
  readonly credentialsFile?: string;
  readonly tls?: v.InferOutput<typeof tlsSchema>;
}

/** The files as the processes of a board open them. `config`: where the configuration lies. */
export function loginFiles({ credentialsFile, tls = {} }: LoginConfig, config: string): LoginFiles {
  const folder = dirname(resolve(config));
  const named = { credentials: credentialsFile, ...tls };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, file]) =>
      file === undefined ? [] : [[name, resolve(folder, file)]],
    ),
  );
}
