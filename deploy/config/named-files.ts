/** The files beside a configuration that it names, so that they can go where it goes. */
import type { BoardConfig } from "./board-schema.ts";
import { spawnModules } from "./spawn-modules.ts";

/** Keys, certificates, logins, secrets and modules: paths as they are written, each once. */
export function namedFiles(config: BoardConfig): readonly string[] {
  const { mqtt = {}, links = {} } = config;
  const { credentialsFile, tls = {}, listen } = mqtt;
  const named = [
    ...[credentialsFile, tls.ca, tls.cert, tls.key],
    ...[listen?.usersFile, listen?.tls?.cert, listen?.tls?.key],
    ...[links.secretFile, ...spawnModules(config)],
  ];
  return [...new Set(named.filter((path) => path !== undefined))];
}
