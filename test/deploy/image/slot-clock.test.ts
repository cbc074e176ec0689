/** How Holdfast OS has its clock set (`slot/network`), by a shell with programs that answer as they are told. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { equal } from "uvu/assert";
import { spec } from "../../harness/spec.ts";

const NETWORK = fileURLToPath(new URL("../../../../deploy/image/slot/network", import.meta.url));

/** What is started until the clock is believed. `ip`, `ntpd`: what each does at its n-th call, as a shell says it. */
function followed(ntp: string, { ip = ":", ntpd = ":" } = {}): string[] {
  const text = readFileSync(NETWORK, "utf8");
  const functions = text.slice(text.indexOf("seconds_up()"), text.indexOf("# Interfaces on USB"));
  const script = `NTP='${ntp}' asked=0 started=0
${functions}
seconds_up() { echo 100; }
ip() { asked=$((asked + 1)); ${ip}; }
ntpd() { started=$((started + 1)); echo ntpd; ${ntpd}; }
sleep() { [ "$1" = 2 ] || echo "sleep $1"; }
kill() { :; }
follow_clock`;
  const out = execFileSync("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"], timeout: 30_000 });
  return out.toString().trim().split("\n");
}

spec(
  "ntpd that comes back at once has the time from a server, by name or by a number with a way to it",
  () => {
    equal(followed("ntp.local fritz.box"), ["ntpd"]);
    equal(followed("192.168.1.1 fd00::1"), ["ntpd"]);
  },
);

spec("where no way leads to a server's number yet it is started again, though it came back at once", () => {
  const later = { ip: '[ "$asked" -gt 2 ]' };
  equal(followed("192.168.1.1", later), ["ntpd", "sleep 60", "ntpd", "sleep 120", "ntpd"]);
  equal(followed("fd00::1", later), ["ntpd", "sleep 60", "ntpd", "sleep 120", "ntpd"]);
});

spec("ntpd that does not start is no answer either", () => {
  equal(followed("ntp.local", { ntpd: '[ "$started" -gt 1 ]' }), ["ntpd", "sleep 60", "ntpd"]);
});
