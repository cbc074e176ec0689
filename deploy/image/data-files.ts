/** What the data partition of a new card holds: the configuration with the files it names, and what `Provision` says. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { namedFiles } from "../config/named-files.ts";
import { ImageError } from "./image-error.ts";
import type { Provision } from "./provision.ts";

/** A file of a board, by its path on the data partition. */
export interface DataFile {
  readonly path: string;
  readonly content: string | Buffer;
  /** Permissions. */
  readonly mode: number;
}

/** Debian's own pool, as its packages have it. */
const NTP = ["0.debian.pool.ntp.org", "1.debian.pool.ntp.org"];

/** `file`: where the configuration lies. `passwordHash`: as crypt(3) has it; undefined: nobody logs in with one. */
export function dataFiles(
  config: BoardConfig,
  file: string,
  provision: Provision,
  passwordHash: string | undefined,
): readonly DataFile[] {
  const { wifi, sshKeys = [], hostname = hostnameOf(config.board.id) } = provision;
  const named = namedFiles(config).map(
    (path): DataFile => ({
      path: join("config", checkedPath(path)),
      content: contentOf(join(dirname(file), path)),
      mode: 0o600,
    }),
  );
  return [
    { path: "config/board.config.json", content: contentOf(file), mode: 0o644 },
    ...named,
    { path: "system/hostname", content: `${hostname}\n`, mode: 0o644 },
    { path: "system/environment", content: environmentText(provision), mode: 0o600 },
    { path: "system/network", content: networkText(provision), mode: 0o644 },
    { path: "system/shadow", content: `root:${passwordHash ?? "*"}:19000:0:99999:7:::\n`, mode: 0o600 },
    ...(wifi === undefined
      ? []
      : [{ path: "system/wpa_supplicant.conf", content: wifiText(wifi), mode: 0o600 }]),
    ...(sshKeys.length === 0
      ? []
      : [{ path: "home/.ssh/authorized_keys", content: `${sshKeys.join("\n")}\n`, mode: 0o600 }]),
  ];
}

/** A board's id as a name on the network: no `_` there. */
export function hostnameOf(board: string): string {
  return board.replaceAll("_", "-").replace(/^-+|-+$/g, "") || "holdfast";
}

/** A path below the folder of the configuration. Throws `ImageError`. */
export function checkedPath(path: string): string {
  if (!isAbsolute(path) && !normalize(path).startsWith("..")) return normalize(path);
  throw new ImageError(
    "badConfig",
    `${path}: it would lie outside the folder of the configuration on the board; put it beside board.config.json, or in a folder there`,
  );
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ImageError("badConfig", `${file} cannot be read: ${(error as Error).message}`, error);
  }
}

function environmentText({ timeZone = "UTC", environment = {} }: Provision): string {
  const all = { TZ: timeZone, ...environment };
  return Object.entries(all)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join("");
}

/** Variables of the script that brings the network up (slot/network). */
function networkText({ ethernet = "dhcp", wifi, dns = [], ntp = NTP }: Provision): string {
  const { addressing = "dhcp" } = wifi ?? {};
  const variables = {
    ETHERNET: typeof ethernet === "string" ? ethernet : ethernet.address,
    GATEWAY: typeof ethernet === "string" ? "" : (ethernet.gateway ?? ""),
    WIFI: wifi === undefined ? "" : typeof addressing === "string" ? addressing : addressing.address,
    WIFI_GATEWAY: typeof addressing === "string" ? "" : (addressing.gateway ?? ""),
    DNS: dns.join(" "),
    NTP: ntp.join(" "),
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

/** wpa_supplicant.conf(5). */
function wifiText({ ssid, passphrase, country }: NonNullable<Provision["wifi"]>): string {
  return [
    `country=${country}`,
    "ctrl_interface=/run/wpa_supplicant",
    "network={",
    `    ssid="${ssid}"`,
    `    psk="${passphrase}"`,
    "}",
    "",
  ].join("\n");
}
