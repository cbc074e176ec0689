/** When Holdfast OS has a release judged at its start (`slot/trial`), by a shell with programs that answer as they are told. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal } from "uvu/assert";
import { type SpecContext, spec } from "../../harness/spec.ts";

const SCRIPTS = fileURLToPath(new URL("../../../../deploy/image/slot/", import.meta.url));

interface Boot {
  /** The slot on trial before the board's page is there, and after it; empty: none. */
  readonly trying: readonly [string, string];
  readonly untold?: boolean;
  /** Exit code of the trial's program. */
  readonly code?: number;
}

/** What a board that runs slot a starts. */
function started(t: SpecContext, { trying: [before, after], untold = false, code = 0 }: Boot): string[] {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slot-trial-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const own = readFileSync(join(SCRIPTS, "common"), "utf8");
  const ownTrial = /^tried_here.*$/m.exec(own)?.[0] ?? "";
  writeFileSync(join(folder, "trying"), before);
  const text = readFileSync(join(SCRIPTS, "trial"), "utf8")
    .replace(". /etc/holdfast/common", ownTrial)
    .replace("/app/bin/holdfast", "holdfast")
    .replace(">&9", ">&2");
  const program = `#!/bin/sh
now=$(cat ${folder}/trying)
case "$1 $3" in
"still-on-trial ") [ -n "$now" ] ;;
"still-on-trial a") [ "$now" = a ] ;;
"untold ") ${untold} ;;
*) exit 2 ;;
esac
`;
  writeFileSync(join(folder, "boot-disk"), program, { mode: 0o755 });
  const script = `disk=d slot=a PATH=${folder}:$PATH
for_the_board() { :; }
timeout() { printf %s "${after}" >${folder}/trying; }
start_again() { echo "starts again: $*"; }
holdfast() { echo "holdfast $*" >&3; return ${code}; }
exec 3>&1
${text}`;
  const out = execFileSync("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"], timeout: 30_000 });
  return out.toString().split("\n").filter(Boolean);
}

spec("the slot that runs is judged when it is on trial, and left when nobody gives a verdict", (t) => {
  equal(started(t, { trying: ["a", "a"] }), [
    "holdfast trial",
    "starts again: the trial's program ended with 0",
  ]);
  equal(started(t, { trying: ["", ""] }), []);
  equal(started(t, { trying: ["", ""], untold: true }), ["holdfast trial"]);
});

spec("another slot on trial, as of a release that goes live, is not this boot's to judge", (t) => {
  equal(started(t, { trying: ["b", "b"] }), []);
  equal(started(t, { trying: ["b", "b"], untold: true }), []);
  equal(started(t, { trying: ["", "b"], untold: true }), [], "it began while the page was waited for");
});
