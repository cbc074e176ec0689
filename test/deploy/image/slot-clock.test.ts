/** How Holdfast OS has its clock set (`slot/up`, `slot/network`), by a shell with programs that answer as they are told. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal } from "uvu/assert";
import { spec } from "../../harness/spec.ts";

const NETWORK = fileURLToPath(new URL("../../../../deploy/image/slot/network", import.meta.url));
const UP = fileURLToPath(new URL("../../../../deploy/image/slot/up", import.meta.url));

/** From then on nobody takes the clock for a guess. */
const KNOWN = "rm /run/holdfast-clock-guessed";

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
rm() { echo "rm $2"; }
follow_clock`;
  const out = execFileSync("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"], timeout: 30_000 });
  return out.toString().trim().split("\n");
}

spec(
  "ntpd that comes back at once has the time from a server, by name or by a number with a way to it",
  () => {
    equal(followed("ntp.local fritz.box"), ["ntpd", KNOWN]);
    equal(followed("192.168.1.1 fd00::1"), ["ntpd", KNOWN]);
  },
);

spec("where no way leads to a server's number yet it is started again, though it came back at once", () => {
  const later = { ip: '[ "$asked" -gt 2 ]' };
  equal(followed("192.168.1.1", later), ["ntpd", "sleep 60", "ntpd", "sleep 120", "ntpd", KNOWN]);
  equal(followed("fd00::1", later), ["ntpd", "sleep 60", "ntpd", "sleep 120", "ntpd", KNOWN]);
});

spec("ntpd that does not start is no answer either", () => {
  equal(followed("ntp.local", { ntpd: '[ "$started" -gt 1 ]' }), ["ntpd", "sleep 60", "ntpd", KNOWN]);
});

spec(
  "a clock that is earlier than when the board last went down goes on from there, which is a guess",
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-clock-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const text = readFileSync(UP, "utf8");
    const lines = text.slice(text.indexOf("# A Pi has no clock"), text.indexOf("ip link set lo up"));
    const at = (now: number) => {
      const script = `date() { case $1 in +%s) echo ${now} ;; *) echo "date $*" >&2 ;; esac; }
touch() { echo "touch $1"; }
${lines.replace("/data/state/clock", join(folder, "clock"))}`;
      const { stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8", timeout: 30_000 });
      return `${stdout}${stderr}`.trim().split("\n");
    };
    equal(at(100), [""], "nobody kept a time");
    writeFileSync(join(folder, "clock"), "1000\n");
    equal(at(100), ["touch /run/holdfast-clock-guessed", "date -s @1000"]);
    equal(at(1000), [""]);
  },
);

spec("a network that comes late is seen within ten minutes, however long it was not there", () => {
  const late = followed("192.168.1.1", { ip: '[ "$asked" -gt 6 ]' }).filter((line) =>
    line.startsWith("sleep"),
  );
  equal(
    late,
    [60, 120, 240, 480, 600, 600].map((seconds) => `sleep ${seconds}`),
  );
});
