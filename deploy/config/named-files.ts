/** The files of keys and logins that a configuration names, so that they can go where it goes. */
import type { BoardConfig } from "./board-schema.ts";

/** Paths as they are written, each once: of certificates, logins and secrets; not of modules. */
export function namedFiles({ mqtt = {}, links = {} }: BoardConfig): readonly string[] {
  const { credentialsFile, tls, listen } = mqtt;
  const files = [credentialsFile, ...values(tls), listen?.usersFile, ...values(listen?.tls), links.secretFile];
  return [...new Set(files.filter((file) => file !== undefined))];
}

function values(paths: Readonly<Record<string, string | undefined>> = {}): (string | undefined)[] {
  return Object.values(paths);
}
