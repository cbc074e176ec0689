/** How Holdfast OS brings its interfaces up and tells its name (`slot/network`), by a shell with programs that write down how they are called. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is } from "uvu/assert";
import { type SpecContext, spec } from "../../harness/spec.ts";

const NETWORK = fileURLToPath(new URL("../../../../deploy/image/slot/network", import.meta.url));

/** Up to the time servers. `later`: interfaces that are there after so many tenths of a second. */
function broughtUp(
  t: SpecContext,
  settings: string,
  { later = {}, keys = false }: { later?: Readonly<Record<string, number>>; keys?: boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-network-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  for (const name of ["sys/class/net", "run", "data/home/.ssh"])
    mkdirSync(join(folder, name), { recursive: true });
  if (keys) writeFileSync(join(folder, "data/home/.ssh/authorized_keys"), "ssh-ed25519 AAAA");
  const text = readFileSync(NETWORK, "utf8");
  const body = text.slice(text.indexOf("addressed()"), text.indexOf("# Its drift"));
  const appear = Object.entries(later)
    .map(([name, tenths]) => `[ $waited -lt ${tenths} ] || : >${folder}/sys/class/net/${name}`)
    .join("; ");
  const script = `waited=0
${settings}
say() { echo "say $*"; }
usleep() { waited=$((waited + 1)); ${appear || ":"}; }
hostname() { echo greenhouse; }
ip() { case $2 in set) [ -e "${folder}/sys/class/net/$3" ] && echo "up $3 after $waited" ;; esac; }
udhcpc() { echo "udhcpc $4"; }
wpa_supplicant() { [ -e "${folder}/sys/class/net/$3" ] && echo "wpa_supplicant $3"; }
mdnsd() { echo "mdnsd $(tr '\\n' ' ' <$2/board.service)"; }
${body.replaceAll("/sys/class/net/", `${folder}/sys/class/net/`).replaceAll("/run/", `${folder}/run/`).replaceAll("/data/", `${folder}/data/`)}`;
  return execFileSync("sh", ["-c", script], { timeout: 30_000 }).toString().trim().split("\n");
}

const DHCP = "ETHERNET=dhcp WIFI= NTP=";
const RADIO = "ETHERNET=off WIFI=dhcp NTP=";

spec(
  "a radio that is seen only when its firmware is loaded is waited for, as a cable's interface is",
  (t) => {
    const told = "mdnsd type _workstation._tcp name greenhouse port 9";
    equal(broughtUp(t, DHCP, { later: { eth0: 12 } }), ["up eth0 after 12", "udhcpc eth0", told]);
    const radio = ["wpa_supplicant wlan0", "up wlan0 after 30", "udhcpc wlan0", told];
    equal(broughtUp(t, RADIO, { later: { wlan0: 30 } }), radio);
  },
);

spec("an interface that never comes is named after ten seconds, and the others are brought up", (t) => {
  const lines = broughtUp(t, "ETHERNET=dhcp WIFI=dhcp NTP=", { later: { eth0: 1 } });
  equal(lines.slice(0, 3), ["up eth0 after 1", "udhcpc eth0", "say there is no wlan0"]);
  equal(broughtUp(t, DHCP).slice(0, 1), ["say there is no eth0"]);
});

spec(
  "what is told beside the name is SSH where there is SSH, never the page, which others cannot reach",
  (t) => {
    const [, , told] = broughtUp(t, DHCP, { later: { eth0: 1 }, keys: true });
    is(told, "mdnsd type _ssh._tcp name greenhouse port 22");
  },
);
