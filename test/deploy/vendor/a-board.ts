/** A board to be put on a card: its configuration with a login, and an application of two files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConfig } from "../../../deploy/config/board-schema.ts";
import { loadConfig } from "../../../deploy/config/load-config.ts";
import type { Provision } from "../../../deploy/image/provision.ts";

const CONFIG = {
  version: 1,
  board: { id: "pump-house" },
  hardware: "linux",
  mqtt: { url: "mqtt://broker.local", credentialsFile: "keys/pump-house.login.json" },
  devices: {
    pump: { driver: "relay", line: "GPIO17", every: "100ms", safe: "off", maxOn: "5m", activeLow: true },
  },
};

const SETTINGS: Provision = {
  hostname: "pump-house",
  sshKeys: [`ssh-ed25519 ${Buffer.alloc(51, 1).toString("base64")}`],
  wifi: { ssid: "home", passphrase: "12345678", country: "DE" },
};

/** Made below the folder. */
export function aBoard(folder: string) {
  const application = join(folder, "application");
  mkdirSync(join(application, "bin"), { recursive: true });
  writeFileSync(join(application, "bin/holdfast"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(application, "package.json"), "{}\n");
  const configFile = join(folder, "board.config.json");
  writeFileSync(configFile, JSON.stringify(CONFIG));
  mkdirSync(join(folder, "keys"));
  const login = JSON.stringify({ user: "pump-house", password: "secret" });
  writeFileSync(join(folder, CONFIG.mqtt.credentialsFile), login, { mode: 0o600 });
  const { config, problems } = loadConfig(configFile);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return { config: config as BoardConfig, configFile, application, settings: SETTINGS };
}
