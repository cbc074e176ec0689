import * as assert from "uvu/assert";
import {
  checkSettings,
  settingsEntries,
  withCountry,
  withHostname,
} from "../../../deploy/vendor/settings.ts";
import { spec } from "../../harness/spec.ts";

const KEY = `ssh-ed25519 ${Buffer.alloc(51, 3).toString("base64")} me@home`;

spec("settings become the files that Raspberry Pi OS reads", () => {
  const entries = settingsEntries(
    {
      hostname: "greenhouse",
      timeZone: "Europe/Berlin",
      sshKeys: [KEY],
      wifi: { name: "Haus; 2", password: " two\\words", country: "DE" },
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
  const wifi = "/etc/NetworkManager/system-connections/holdfast.nmconnection";
  assert.match(text(wifi)!, "ssid=72;97;117;115;59;32;50;\n");
  assert.match(text(wifi)!, "psk=\\stwo\\\\words\n");
  assert.is((at(wifi) as { mode: number }).mode, 0o600, "NetworkManager ignores one that others may read");
});

spec("nothing that was not asked for is written", () => {
  assert.equal(settingsEntries({}, "127.0.0.1 localhost\n"), []);
});

spec("what the system could not take is refused, with what is allowed", () => {
  const wifi = { name: "home", password: "12345678", country: "DE" };
  checkSettings({ hostname: "pump-house", timeZone: "UTC", sshKeys: [KEY], wifi });
  for (const [settings, why] of [
    [{ hostname: "Pump House" }, "RFC 1123"],
    [{ hostname: "-a" }, "RFC 1123"],
    [{ timeZone: "Berlin" }, "Europe/Berlin"],
    [{ sshKeys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] }, "id_ed25519.pub"],
    [{ sshKeys: [`${KEY}\nssh-rsa AAAA`] }, "id_ed25519.pub"],
    [{ wifi: { ...wifi, name: "x".repeat(33) } }, "32 bytes"],
    [{ wifi: { ...wifi, password: "short" } }, "8 to 63"],
    [{ wifi: { ...wifi, country: "Germany" } }, "such as DE"],
  ] as const)
    assert.throws(() => checkSettings(settings), why);
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
