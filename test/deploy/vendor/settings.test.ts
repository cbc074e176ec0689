import * as assert from "uvu/assert";
import { settingsEntries, withCountry, withHostname } from "../../../deploy/vendor/settings.ts";
import { spec } from "../../harness/spec.ts";

const KEY = `ssh-ed25519 ${Buffer.alloc(51, 3).toString("base64")} me@home`;

spec("settings become the files that Raspberry Pi OS reads", () => {
  const entries = settingsEntries(
    {
      hostname: "greenhouse",
      timeZone: "Europe/Berlin",
      sshKeys: [KEY],
      wifi: { ssid: "Haus; 2", passphrase: "  two words", country: "DE" },
      ethernet: { address: "192.168.1.20/24", gateway: "192.168.1.1" },
      dns: ["192.168.1.1", "9.9.9.9"],
      ntp: ["ntp.local"],
    },
    "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
  );
  const at = (path: string) => entries.find((entry) => entry.path === path)!;
  const text = (path: string) => {
    const entry = at(path);
    return "text" in entry ? entry.text : undefined;
  };
  assert.is(text("/etc/hostname"), "greenhouse\n");
  assert.is(text("/etc/hosts"), "127.0.0.1\tlocalhost\n127.0.1.1\tgreenhouse\n");
  assert.equal(at("/etc/localtime"), { path: "/etc/localtime", linkTo: "/usr/share/zoneinfo/Europe/Berlin" });
  assert.equal(at("/root/.ssh/authorized_keys"), {
    path: "/root/.ssh/authorized_keys",
    text: `${KEY}\n`,
    mode: 0o600,
  });
  assert.match(text("/etc/ssh/sshd_config.d/holdfast.conf")!, /^PasswordAuthentication no$/m);
  const wifi = "/etc/NetworkManager/system-connections/holdfast-wifi.nmconnection";
  assert.match(text(wifi)!, "ssid=72;97;117;115;59;32;50;\n");
  assert.match(text(wifi)!, "psk=\\s\\stwo words\n");
  assert.is((at(wifi) as { mode: number }).mode, 0o600, "NetworkManager ignores one that others may read");
  assert.is(
    text("/var/lib/NetworkManager/NetworkManager.state"),
    "[main]\nWirelessEnabled=true\n",
    "the vendor's image has the radio turned off, until somebody says in which country it is",
  );
  const cable = text("/etc/NetworkManager/system-connections/holdfast-ethernet.nmconnection")!;
  assert.match(cable, "method=manual\naddress1=192.168.1.20/24,192.168.1.1\ndns=192.168.1.1;9.9.9.9;\n");
  assert.match(text("/etc/systemd/timesyncd.conf.d/holdfast.conf")!, "NTP=ntp.local");
});

spec("nothing that was not asked for is written", () => {
  assert.equal(settingsEntries({}, "127.0.0.1 localhost\n"), []);
});

spec("a cable that is off stays off; what only Holdfast OS takes is refused", () => {
  const [, cable] = settingsEntries({ ethernet: "off" });
  assert.match((cable as { text: string }).text, "autoconnect=false");
  assert.throws(() => settingsEntries({ environment: { TZ: "UTC" } }), "systemctl edit holdfast");
});

spec("the machine's own name is added where /etc/hosts has none", () => {
  assert.is(withHostname("127.0.0.1 localhost", "a"), "127.0.0.1 localhost\n127.0.1.1\ta\n");
});

spec("the command line stays one line, with one country", () => {
  const line = "console=tty1 root=PARTUUID=1-02 cfg80211.ieee80211_regdom=GB rootwait\n";
  assert.is(
    withCountry(line, "DE"),
    "console=tty1 root=PARTUUID=1-02 rootwait cfg80211.ieee80211_regdom=DE\n",
  );
});
