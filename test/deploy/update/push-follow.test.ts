import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { equal, is } from "uvu/assert";
import type { UpdateLine } from "../../../deploy/cli/show-update.ts";
import { type PushWord, push } from "../../../deploy/update/push.ts";
import { firstRecord } from "../../../deploy/update/slot-steps.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { aPlace, memorySource, temporary } from "./a-place.ts";

const cliFile = fileURLToPath(new URL("../../../deploy/cli/main.js", import.meta.url));

const RELEASE = "ab".repeat(16);
const told = (outcome: string, state: string) =>
  JSON.stringify({
    record: {
      ...firstRecord(undefined),
      trying: outcome === "none" ? "b" : undefined,
      ...{ outcome, outcomeOf: RELEASE, reason: outcome === "none" ? "" : "pump: is gone" },
    },
    notice: { id: "1", state, reason: "" },
  });

/** A board of shell: takes a release, then does each of `turns` for one follower after the other. Logins are written down. */
function board(t: SpecContext, turns: readonly string[]) {
  const root = temporary(t);
  const calls = join(root, "calls");
  writeFileSync(calls, "");
  writeFileSync(join(root, "record"), "");
  const received = { received: { release: RELEASE, version: "2.0.0", slot: "b", how: "written" } };
  const restarting = { restarting: { slot: "b", drops: [] } };
  const cases = turns.map((turn, at) => `${at + 1}) ${turn} ;;`).join("\n");
  writeFileSync(
    join(root, "slots"),
    `#!/bin/sh
echo "$*" >>'${calls}'
[ "$1" = update ] || { echo '${JSON.stringify(received)}'; echo '${JSON.stringify(restarting)}'; exit 0; }
case $(grep -c ^update '${calls}') in
${cases}
esac
`,
    { mode: 0o755 },
  );
  const words: PushWord[] = [];
  return {
    words,
    calls: () => readFileSync(calls, "utf8").trim().split("\n"),
    pushed: push({
      place: { target: "pi@here", via: ["sh", "-c", 'exec sh -c "$1"'], root },
      source: memorySource(Buffer.from("a bundle")),
      words: [],
      say: (word) => words.push(word),
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      nowMs: () => performance.now(),
      everyMs: 5,
    }),
  };
}

const states = (words: readonly PushWord[]) =>
  words.flatMap((word) => ("trial" in word && word.trial.silentS === 0 ? [word.trial.state] : []));

spec(
  "one login follows a trial to its end, and one that a restart takes along is followed by another",
  async (t) => {
    const { pushed, calls, words } = board(t, [
      // It goes down, with half a line on its way.
      `echo '${told("none", "trial")}'; printf '{"record":'`,
      // sshd is up before the board's slots are there.
      "exit 127",
      `echo "Linux raspberrypi"; echo '${told("none", "trial")}'; echo '${told("reverted", "reverted")}'; read -r _`,
    ]);
    equal(await pushed, { how: "reverted", version: "2.0.0", reason: "pump: is gone" });
    equal(calls(), ["receive", ...Array(3).fill("update --follow --json")]);
    const seen = states(words);
    is(seen[0], "trial");
    is(seen.at(-1), "reverted");
  },
  { limitMs: 20_000 },
);

spec(
  "a follower says how the slots stand, again when that changes, and ends with its standard input",
  async (t) => {
    const { folder, records } = aPlace(temporary(t));
    const child = spawn(process.execPath, [cliFile, "update", "--follow", "--json", "--slots", folder]);
    t.defer(() => child.kill("SIGKILL"));
    const lines: UpdateLine[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
    const ended = new Promise((done) => child.once("close", done));
    await until("it says it", () => lines.length === 1, 15_000);
    equal([lines[0]!.record?.sequence, lines[0]!.notice], [1, null]);
    records.write({ ...records.read()!, sequence: 2 });
    await until("it says it again", () => lines.length === 2, 15_000);
    is(lines[1]!.record?.sequence, 2);
    child.stdin.end();
    is(await ended, 0);
    is(lines.length, 2);
  },
  { limitMs: 40_000 },
);
