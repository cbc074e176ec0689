/** What a board is told beside its configuration (`Provision`), as the files that Raspberry Pi OS reads it from. */
import { posix } from "node:path";
import type { Provision } from "../image/provision.ts";
import type { Ext4Entry } from "./ext4-part.ts";
import { VendorError } from "./vendor-error.ts";

/** Of NetworkManager. */
const CONNECTIONS = "/etc/NetworkManager/system-connections";
/** Of NetworkManager, which blocks or unblocks the radio by it. The vendor's image says false, as long as no country is set (pi-gen, stage2/02-net-tweaks). */
const RADIO = "/var/lib/NetworkManager/NetworkManager.state";

/**
 * Files for the root file system. `hosts`: the text of /etc/hosts as it is; without it the name is left to the machine. Throws
 * `VendorError` ("badSettings") for what only Holdfast OS takes.
 */
export function settingsEntries(settings: Provision, hosts?: string): Ext4Entry[] {
  const {
    hostname,
    timeZone,
    sshKeys = [],
    wifi,
    ethernet = "dhcp",
    dns = [],
    ntp = [],
    environment,
  } = settings;
  if (environment !== undefined)
    throw new VendorError(
      "badSettings",
      "environment is for Holdfast OS; on Raspberry Pi OS: sudo systemctl edit holdfast",
    );
  const entries: Ext4Entry[] = [];
  const file = (path: string, text: string, mode = 0o644) => void entries.push({ path, text, mode });
  const folder = (path: string, mode = 0o755) => void entries.push({ path, folder: true, mode });
  if (hostname !== undefined) {
    file("/etc/hostname", `${hostname}\n`);
    if (hosts !== undefined) file("/etc/hosts", withHostname(hosts, hostname));
  }
  if (timeZone !== undefined) {
    entries.push({ path: "/etc/localtime", linkTo: `/usr/share/zoneinfo/${timeZone}` });
    file("/etc/timezone", `${timeZone}\n`);
  }
  if (sshKeys.length > 0) {
    folder("/root/.ssh", 0o700);
    file("/root/.ssh/authorized_keys", sshKeys.map((key) => `${key}\n`).join(""), 0o600);
    folder("/etc/ssh/sshd_config.d");
    file("/etc/ssh/sshd_config.d/holdfast.conf", SSHD);
  }
  if (ntp.length > 0) {
    folder("/etc/systemd/timesyncd.conf.d");
    file("/etc/systemd/timesyncd.conf.d/holdfast.conf", `[Time]\nNTP=${ntp.join(" ")}\n`);
  }
  const connections = [
    ...(ethernet === "dhcp" && dns.length === 0 ? [] : [ethernetText(ethernet, dns)]),
    ...(wifi === undefined ? [] : [wifiText(wifi, dns)]),
  ];
  if (connections.length > 0) folder(CONNECTIONS, 0o700);
  if (wifi !== undefined) {
    folder(posix.dirname(RADIO), 0o700);
    file(RADIO, "[main]\nWirelessEnabled=true\n");
  }
  for (const { name, text } of connections) file(`${CONNECTIONS}/${name}.nmconnection`, text, 0o600);
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

interface Keyfile {
  readonly name: string;
  readonly text: string;
}

type Addressing = NonNullable<NonNullable<Provision["wifi"]>["addressing"]>;

/** Keyfiles of NetworkManager (nm-settings-keyfile(5)). */
function ethernetText(ethernet: NonNullable<Provision["ethernet"]>, dns: readonly string[]): Keyfile {
  const off = ethernet === "off";
  const lines = [
    ...[
      "[connection]",
      "id=holdfast-ethernet",
      "type=ethernet",
      `autoconnect=${!off}`,
      "autoconnect-priority=10",
    ],
    ...(off ? ["[ipv4]", "method=disabled", "[ipv6]", "method=disabled"] : addressLines(ethernet, dns)),
  ];
  return { name: "holdfast-ethernet", text: `${lines.join("\n")}\n` };
}

function wifiText(wifi: NonNullable<Provision["wifi"]>, dns: readonly string[]): Keyfile {
  const { ssid, passphrase, addressing = "dhcp" } = wifi;
  const lines = [
    ...["[connection]", "id=holdfast-wifi", "type=wifi", "autoconnect=true"],
    ...["[wifi]", "mode=infrastructure"],
    `ssid=${[...Buffer.from(ssid)].join(";")};`, // bytes: no character of a name needs an escape then
    ...["[wifi-security]", "key-mgmt=wpa-psk"],
    `psk=${passphrase.replace(/^ +/, (blanks) => "\\s".repeat(blanks.length))}`,
    ...addressLines(addressing, dns),
  ];
  return { name: "holdfast-wifi", text: `${lines.join("\n")}\n` };
}

function addressLines(addressing: Addressing, dns: readonly string[]): string[] {
  const named = dns.length === 0 ? [] : [`dns=${dns.map((address) => `${address};`).join("")}`];
  if (addressing === "dhcp") return ["[ipv4]", "method=auto", ...named, "[ipv6]", "method=auto"];
  const { address, gateway } = addressing;
  const way = gateway === undefined ? address : `${address},${gateway}`;
  return ["[ipv4]", "method=manual", `address1=${way}`, ...named, "[ipv6]", "method=auto"];
}

/** The kernel's command line with the Wi-Fi's country, as raspi-config writes it; it stays one line. */
export function withCountry(commandLine: string, country: string): string {
  const words = commandLine
    .trim()
    .split(/\s+/)
    .filter((word) => !word.startsWith("cfg80211.ieee80211_regdom="));
  return `${[...words, `cfg80211.ieee80211_regdom=${country}`].join(" ")}\n`;
}
