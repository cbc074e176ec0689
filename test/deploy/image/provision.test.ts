import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, ok, throws } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { dataFiles, hostnameOf } from "../../../deploy/image/data-files.ts";
import { ImageError } from "../../../deploy/image/image-error.ts";
import { newPassword } from "../../../deploy/image/password.ts";
import { checkProvision, type Provision, readProvision } from "../../../deploy/image/provision.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

const WHOLE: Provision = {
  hostname: "glasshouse-2",
  timeZone: "Europe/Berlin",
  ethernet: { address: "192.168.1.20/24", gateway: "192.168.1.1" },
  wifi: { ssid: "Garten", passphrase: "tomatoes and basil", country: "DE" },
  dns: ["192.168.1.1"],
  ntp: ["ntp.local"],
  sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMl6 you@desk"],
  environment: { HOLDFAST_PET_LIMIT: "200ms" },
};

/** The demo's configuration in a folder, with files beside it. */
function board(t: SpecContext, files: readonly string[], ...changes: readonly Change[]) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-provision-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const text = demoWith(["$schema", undefined], ...changes);
  writeFileSync(join(folder, "board.config.json"), text);
  mkdirSync(join(folder, "keys"));
  for (const file of files) writeFileSync(join(folder, file), `content of ${file}`);
  const { config, problems } = parseConfig(text);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return { file: join(folder, "board.config.json"), config };
}

function refusedWith(code: ImageError["code"], why: RegExp) {
  return (error: Error) => error instanceof ImageError && error.code === code && why.test(error.message);
}

spec("a provision with everything in it passes, and so does an empty one", () => {
  equal(checkProvision(WHOLE, "p.json"), WHOLE);
  equal(checkProvision({}, "p.json"), {});
});

spec("everything that is wrong is told at once, with its place, what is allowed and the nearest name", () => {
  const wrong = { hostnam: "x", wifi: { ssid: "Garten", passphrase: "short", country: "Germany" }, dns: "x" };
  throws(
    () => checkProvision(wrong, "p.json"),
    refusedWith(
      "badProvision",
      /^p\.json: hostnam: found unknown key, .*nearest: hostname\np\.json: wifi\.passphrase: found 5 characters, allowed: 8 to 63 .*\np\.json: wifi\.country: found "Germany", .*"DE"\np\.json: dns: found "x", allowed: a list/,
    ),
  );
});

spec("of a list the items that are wrong are told, each with what one may be", () => {
  const sshKeys = [WHOLE.sshKeys![0], "ssh-ed25519 AAAA... you@desk", 7];
  throws(
    () => checkProvision({ sshKeys, dns: ["192.168.1.1", "router"] }, "p.json"),
    refusedWith(
      "badProvision",
      /^p\.json: sshKeys\.1: found "ssh-ed25519 AAAA\.\.\. you@desk", allowed: the line of a \.pub file.*\np\.json: sshKeys\.2: found 7, .*\np\.json: dns\.1: found "router", allowed: an address[^\n]*$/,
    ),
  );
  const many = { sshKeys: Array(17).fill(WHOLE.sshKeys![0]) };
  throws(
    () => checkProvision(many, "p.json"),
    refusedWith("badProvision", /sshKeys: found a list, .* at most 16/),
  );
});

spec("what the board's programs would not start with is refused where the card is made", () => {
  const environment = {
    HOLDFAST_PET_LIMIT: "5",
    HOLDFAST_KERNEL_LIMIT: "2s",
    HOLDFAST_MQTT_PORT: "70000",
    GREETING: "5",
  };
  throws(
    () => checkProvision({ environment }, "p.json"),
    refusedWith(
      "badProvision",
      /^p\.json: environment\.HOLDFAST_PET_LIMIT: "5" is no time from 30ms to 60s\np\.json: environment\.HOLDFAST_MQTT_PORT: "70000" is no port; .*65535$/,
    ),
  );
});

spec(
  "what no network, radio or clock could use is refused: such a board would be there, and nobody reach it",
  () => {
    for (const [wrong, why] of [
      [
        { ethernet: { address: "192.168.1.300/24" } },
        /ethernet\.address: found "192\.168\.1\.300\/24", allowed: bytes/,
      ],
      [
        { ethernet: { address: "192.168.1.20/33" } },
        /ethernet\.address: found "192\.168\.1\.20\/33", allowed: .*32/,
      ],
      [
        { ethernet: { address: "192.168.1.20/24", gateway: "192.168.2.1" } },
        /ethernet\.gateway: found "192\.168\.2\.1", allowed: an address of 192\.168\.1\.0\/24/,
      ],
      [
        { wifi: { ...WHOLE.wifi, addressing: { address: "10.1.2.3/8", gateway: "11.0.0.1" } } },
        /wifi\.addressing\.gateway: found "11\.0\.0\.1", allowed: an address of 10\.0\.0\.0\/8/,
      ],
      [{ dns: ["192.168.1.1", "192.168.1.256"] }, /dns\.1: found "192\.168\.1\.256", allowed: /],
      [
        { timeZone: "Europe/Berln" },
        /timeZone: found "Europe\/Berln", allowed: a zone .*; nearest: Europe\/Berlin/,
      ],
      [{ timeZone: "europe/berlin" }, /timeZone: found "europe\/berlin", .*; nearest: Europe\/Berlin/],
      [{ wifi: { ...WHOLE.wifi, ssid: "ü".repeat(17) } }, /wifi\.ssid: found/],
    ] as const)
      throws(() => checkProvision(wrong, "p.json"), refusedWith("badProvision", why));
    for (const right of [
      { ethernet: { address: "10.0.0.2/8", gateway: "10.200.0.1" }, dns: ["1.1.1.1", "255.255.255.255"] },
      { ethernet: { address: "192.0.2.1/31", gateway: "192.0.2.0" }, timeZone: "UTC" },
      { timeZone: "America/Argentina/Buenos_Aires" },
      { timeZone: "Asia/Calcutta" },
      { timeZone: "Etc/GMT+5" },
    ])
      equal(checkProvision(right, "p.json"), right);
  },
);

spec("what would leave its quotes or its line is refused: shells and wpa_supplicant read these", () => {
  for (const bad of [
    { hostname: "a; reboot" },
    { environment: { A: "'; reboot; '" } },
    { environment: { "A=1 B": "x" } },
    { wifi: { ssid: 'a"\n}', passphrase: "12345678", country: "DE" } },
    { wifi: { ssid: "a", passphrase: '12345678"', country: "DE" } },
    { ntp: ["$(reboot)"] },
    { timeZone: "../../etc/shadow'" },
    { sshKeys: ["ssh-ed25519 AAAA\nssh-rsa BBBB"] },
    { ethernet: { address: "192.168.1.20/24; reboot" } },
  ])
    throws(() => checkProvision(bad, "p.json"), refusedWith("badProvision", /^p\.json: /));
});

spec("a file that is no JSON, or not there, is refused by its name", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-provision-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "p.json"), "{hostname");
  throws(() => readProvision(join(folder, "p.json")), refusedWith("badProvision", /p\.json: .*JSON/));
  throws(() => readProvision(join(folder, "none.json")), refusedWith("badProvision", /none\.json: .*ENOENT/));
});

spec("what a board is told lies where its scripts read it, secrets for root alone", (t) => {
  const { config, file } = board(t, []);
  const files = dataFiles(config, file, WHOLE, "$6$salt$hash");
  const text = (path: string) => String(files.find((one) => one.path === path)?.content);
  is(text("system/hostname"), "glasshouse-2\n");
  is(text("system/environment"), "export TZ='Europe/Berlin'\nexport HOLDFAST_PET_LIMIT='200ms'\n");
  match(text("system/network"), /^ETHERNET='192\.168\.1\.20\/24'\nGATEWAY='192\.168\.1\.1'\nWIFI='dhcp'\n/);
  match(text("system/network"), /\nDNS='192\.168\.1\.1'\nNTP='ntp\.local'\n$/);
  match(
    text("system/wpa_supplicant.conf"),
    /^country=DE\n[\s\S]* {4}ssid="Garten"\n {4}psk="tomatoes and basil"\n/,
  );
  is(text("system/shadow"), "root:$6$salt$hash:19000:0:99999:7:::\n");
  is(text("home/.ssh/authorized_keys"), `${WHOLE.sshKeys?.[0]}\n`);
  const open = files.filter(({ mode }) => mode !== 0o600).map(({ path }) => path);
  equal(open, ["config/board.config.json", "system/hostname", "system/network"]);
});

spec("without anything: the board's id, DHCP, Debian's time servers, and no way in", (t) => {
  const { config, file } = board(t, []);
  const files = dataFiles(config, file, {}, undefined);
  equal(
    files.map(({ path }) => path),
    ["config/board.config.json", "system/hostname", "system/environment", "system/network", "system/shadow"],
  );
  is(files[1]?.content, "greenhouse\n");
  is(files[2]?.content, "export TZ='UTC'\n");
  match(
    String(files[3]?.content),
    /^ETHERNET='dhcp'\n[\s\S]*WIFI=''\n[\s\S]*NTP='0\.debian\.pool\.ntp\.org /,
  );
  is(files[4]?.content, "root:*:19000:0:99999:7:::\n");
});

spec("files that the configuration names come along, at the same place beside it", (t) => {
  const { config, file } = board(
    t,
    ["keys/broker.json", "ca.pem"],
    ["mqtt.url", "mqtts://broker:8883"],
    ["mqtt.credentialsFile", "keys/broker.json"],
    ["mqtt.tls", { ca: "./ca.pem" }],
  );
  const files = dataFiles(config, file, {}, undefined).filter(({ path }) => path.startsWith("config/"));
  equal(
    files.slice(1).map(({ path, content, mode }) => [path, String(content), mode]),
    [
      ["config/keys/broker.json", "content of keys/broker.json", 0o600],
      ["config/ca.pem", "content of ./ca.pem".replace("./", ""), 0o600],
    ],
  );
});

spec("a file outside of that folder, or one that is not there, stops the build with what helps", (t) => {
  const away = board(t, [], ["mqtt.url", "mqtts://b:8883"], ["mqtt.credentialsFile", "../broker.json"]);
  throws(
    () => dataFiles(away.config, away.file, {}, undefined),
    refusedWith("badConfig", /^\.\.\/broker\.json: .*put it beside board\.config\.json/),
  );
  const gone = board(t, [], ["mqtt.url", "mqtts://b:8883"], ["mqtt.credentialsFile", "broker.json"]);
  throws(
    () => dataFiles(gone.config, gone.file, {}, undefined),
    refusedWith("badConfig", /broker\.json cannot be read: ENOENT/),
  );
});

spec("passwords are typed by people, and no two are the same", () => {
  const made = new Set(Array.from({ length: 100 }, newPassword));
  is(made.size, 100);
  for (const password of made) match(password, /^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/);
});

spec("a board's id becomes a name that networks know", () => {
  is(hostnameOf("pump_house-2"), "pump-house-2");
  is(hostnameOf("_"), "holdfast");
  ok(checkProvision({ hostname: hostnameOf("pump_house") }, ""));
});
