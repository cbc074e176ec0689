/** How Holdfast OS has its levels from power-up on looked after (`slot/levels`), by a shell whose `sleep` takes no time. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { equal } from "uvu/assert";
import { spec } from "../../harness/spec.ts";

const LEVELS = fileURLToPath(new URL("../../../../deploy/image/slot/levels", import.meta.url));

/** Rounds of 20 s in which the levels are looked after. `codes`: how that ends each time, 0 from then on; `config`: what the file is in a round, as a shell says it. */
function lookedAfter(codes: readonly number[], { rounds = 100, config = "echo 1" } = {}): number[] {
  const loop = readFileSync(LEVELS, "utf8")
    .replace(/^\. \/etc.*\nfor_the_board\n/m, "")
    .replaceAll("/app/bin/holdfast", "holdfast")
    .replaceAll(">&9 2>&1", "");
  const script = `round=0 calls=0 CONFIG=c disk=d
sleep() { round=$((round + 1)); [ $round -le ${rounds} ]; }
boot-disk() { return 1; }
stat() { ${config}; }
say() { :; }
holdfast() { echo $round; calls=$((calls + 1)); return $(echo "${codes.join(" ")} 0 0 0 0" | cut -d " " -f $calls); }
${loop}`;
  const out = execFileSync("bash", ["-c", script], { stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 });
  return out.toString().trim().split("\n").map(Number);
}

spec("levels that were looked after are left alone until the configuration changes", () => {
  equal(lookedAfter([0]), [1]);
  equal(lookedAfter([0, 0], { config: "[ $round -lt 40 ] && echo 1 || echo 2" }), [1, 40]);
});

spec("what failed is tried again, later each time, and done with when it went well", () => {
  equal(lookedAfter([1, 1, 1]), [1, 2, 4, 8]);
  equal(lookedAfter([1, 1, 1, 1, 1, 1, 1, 1], { rounds: 130 }), [1, 2, 4, 8, 16, 32, 62, 92, 122]);
  const later = { config: "[ $round -lt 40 ] && echo 1 || echo 2" };
  equal(lookedAfter([1, 1, 1, 1, 1, 1, 1], later), [1, 2, 4, 8, 16, 32, 40, 41]);
});

spec("a configuration with problems is waited for, as only a person can mend it", () => {
  equal(lookedAfter([2], { config: "[ $round -lt 40 ] && echo 1 || echo 2" }), [1, 40]);
});
