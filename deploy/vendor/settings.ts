/** What a user wants of the system around the board, and the files that Raspberry Pi OS reads it from. */
import type { Ext4Entry } from "./ext4-part.ts";
import { VendorError } from "./vendor-error.ts";

export interface SystemSettings {
  /** The board's name in the network, `greenhouse` for greenhouse.local. */
  readonly hostname?: string;
  /** `Europe/Berlin`: a name of the tz database. */
  readonly timeZone?: string;
  /** Lines of authorized_keys(5): who may log in as root. SSH is on only with them, and takes no password then. */
  readonly sshKeys?: readonly string[];
  readonly wifi?: WifiSettings;
}

export interface WifiSettings {
  readonly name: string;
  /** 8 to 63 characters (WPA2 or WPA3 personal). */
  readonly password: string;
  /** ISO 3166: radios may use what their country allows. `DE`. */
  readonly country: string;
}

/** Throws `VendorError` for what the system could not take; says what, and what is allowed. */
export function checkSettings({ hostname, timeZone, sshKeys = [], wifi }: SystemSettings): void {
  const expect = (right: boolean, what: string, allowed: string) => {
    if (!right) throw new VendorError("badSettings", `${what}; allowed: ${allowed}`);
  };
  if (hostname !== undefined)
    expect(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(hostname),
      `"${hostname}" is no host name`,
      "a-z, 0-9 and -, at most 63 (RFC 1123)",
    );
  if (timeZone !== undefined)
    expect(
      Intl.supportedValuesOf("timeZone").includes(timeZone) || timeZone === "UTC",
      `"${timeZone}" is no time zone`,
      "names such as Europe/Berlin",
    );
  for (const key of sshKeys)
    expect(
      /^(ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/=]+( [^\n\r]*)?$/.test(key),
      `"${key.slice(0, 40)}" is no public key`,
      "lines as in ~/.ssh/id_ed25519.pub",
    );
  if (wifi === undefined) return;
  const { name, password, country } = wifi;
  const printable = /^[\x20-\x7e]+$/;
  expect(
    Buffer.byteLength(name) >= 1 && Buffer.byteLength(name) <= 32 && !/[\n\r]/.test(name),
    "the name of the Wi-Fi has a wrong length",
    "1 to 32 bytes",
  );
  expect(
    password.length >= 8 && password.length <= 63 && printable.test(password),
    "the password of the Wi-Fi has a wrong length or character",
    "8 to 63 characters of ASCII (IEEE 802.11 J.4)",
  );
  expect(/^[A-Z]{2}$/.test(country), `"${country}" is no country of a Wi-Fi`, "two letters, such as DE");
}

/** Files for the root file system. `hosts`: the text of /etc/hosts as it is. */
export function settingsEntries(settings: SystemSettings, hosts: string): Ext4Entry[] {
  const { hostname, timeZone, sshKeys = [], wifi } = settings;
  const entries: Ext4Entry[] = [];
  const file = (path: string, text: string, mode = 0o644) => void entries.push({ path, text, mode });
  if (hostname !== undefined) {
    file("/etc/hostname", `${hostname}\n`);
    file("/etc/hosts", withHostname(hosts, hostname));
  }
  if (timeZone !== undefined) {
    entries.push({ path: "/etc/localtime", linkTo: `/usr/share/zoneinfo/${timeZone}` });
    file("/etc/timezone", `${timeZone}\n`);
  }
  if (sshKeys.length > 0) {
    entries.push({ path: "/root/.ssh", folder: true, mode: 0o700 });
    file("/root/.ssh/authorized_keys", sshKeys.map((key) => `${key}\n`).join(""), 0o600);
    entries.push({ path: "/etc/ssh/sshd_config.d", folder: true, mode: 0o755 });
    file("/etc/ssh/sshd_config.d/holdfast.conf", SSHD);
  }
  if (wifi !== undefined) {
    const folder = "/etc/NetworkManager/system-connections";
    entries.push({ path: folder, folder: true, mode: 0o755 });
    file(`${folder}/holdfast.nmconnection`, connectionText(wifi), 0o600);
  }
  return entries;
}

const SSHD = `# holdfast: the keys that the image was made with open root's door, and nothing else does.
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
`;

/** /etc/hosts with the machine's own name at 127.0.1.1, as Debian has it. */
export function withHostname(hosts: string, hostname: string): string {
  const line = `127.0.1.1\t${hostname}`;
  const own = /^127\.0\.1\.1\s.*$/m;
  return own.test(hosts)
    ? hosts.replace(own, line)
    : `${hosts}${hosts.endsWith("\n") || hosts === "" ? "" : "\n"}${line}\n`;
}

/** A keyfile of NetworkManager (nm-settings-keyfile(5)). */
function connectionText({ name, password }: WifiSettings): string {
  return [
    "[connection]",
    "id=holdfast",
    "type=wifi",
    "autoconnect=true",
    "[wifi]",
    "mode=infrastructure",
    `ssid=${[...Buffer.from(name)].join(";")};`, // bytes: no character of a name needs an escape then
    "[wifi-security]",
    "key-mgmt=wpa-psk",
    `psk=${password.replaceAll("\\", "\\\\").replace(/^ +/, (blanks) => "\\s".repeat(blanks.length))}`,
    "[ipv4]",
    "method=auto",
    "[ipv6]",
    "method=auto",
    "",
  ].join("\n");
}

/** The kernel's command line with the Wi-Fi's country, as raspi-config writes it; it stays one line. */
export function withCountry(commandLine: string, country: string): string {
  const words = commandLine
    .trim()
    .split(/\s+/)
    .filter((word) => !word.startsWith("cfg80211.ieee80211_regdom="));
  return `${[...words, `cfg80211.ieee80211_regdom=${country}`].join(" ")}\n`;
}
