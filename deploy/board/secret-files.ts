/** The files of keys and logins that a configuration names, read once to see whether a board could. */
import type { BoardConfig } from "../config/board-schema.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { loginFiles } from "../config/login-schema.ts";
import type { SecretFiles } from "../doctor/machine.ts";
import { readLinkSecret } from "../links/link-secret.ts";
import { readBrokerLogin } from "../mqtt/broker-login.ts";
import { PrivateFileError } from "../mqtt/private-file.ts";
import { linksPlan } from "./links-plan.ts";
import { readDoor } from "./read-door.ts";

/** What each is for, and why it could not be used; nothing of what is in them. `file`: where the configuration lies. */
export function secretFiles(config: BoardConfig, file: string): readonly SecretFiles[] {
  const { mqtt = {} } = config;
  const { listen } = mqtt;
  const { secretFile } = linksPlan(config, file, () => 0) ?? {};
  return [
    ...(mqtt.credentialsFile === undefined && mqtt.tls === undefined
      ? []
      : [tried("the login at the broker", () => readBrokerLogin(loginFiles(mqtt, file)))]),
    ...(listen === undefined
      ? []
      : [tried("the broker for the network", () => readDoor(listenPlan(listen, file)))]),
    ...(secretFile === undefined ? [] : [tried("links with other boards", () => readLinkSecret(secretFile))]),
  ];
}

function tried(what: string, read: () => unknown): SecretFiles {
  try {
    read();
    return { what };
  } catch (error) {
    if (!(error instanceof PrivateFileError)) throw error;
    const { message, file } = error;
    return { what, refused: { file, why: message.slice(file.length + 2) } };
  }
}
