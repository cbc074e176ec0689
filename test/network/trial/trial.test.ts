import { equal, ok } from "uvu/assert";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { checkHistory } from "../history/check.ts";
import type { Hosts } from "../hosts/hosts.ts";
import { Loopback } from "../hosts/loopback.ts";
import { openHosts } from "../hosts/open-hosts.ts";
import { befall, FAULTS } from "./faults.ts";
import { figuresOf, lanes, violationLines } from "./summary.ts";
import { TIMES, Trial } from "./trial.ts";
import { MOSQUITTO } from "./trial-broker.ts";

const BOARDS = ["greenhouse", "pumphouse", "shed"];
/** Longer than a link may be silent. */
const FAULT_MS = 2500;

/** Round after round lets faults befall boards, each another one, and judges what they wrote down. */
async function tryOut(
  t: SpecContext,
  hosts: Hosts,
  rounds: readonly (readonly string[])[],
  brokerKeeps: boolean,
): Promise<void> {
  if (MOSQUITTO === undefined) t.skip("mosquitto is not installed");
  const trial = await Trial.start({ hosts, boards: BOARDS, seed: 1, brokerKeeps });
  t.defer(() => trial.close());
  await trial.linked();
  let next = 0;
  for (const names of rounds) {
    const faults = names.map((name) => FAULTS.find((one) => one.name === name)!);
    await Promise.all(faults.map((fault) => befall(trial, fault, BOARDS[next++ % BOARDS.length]!, FAULT_MS)));
  }
  await trial.calmDown();
  const history = trial.history();
  console.log(
    `  on ${hosts.kind}: ${figuresOf(history)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
  );
  for (const lane of lanes(history, BOARDS)) console.log(`  ${lane}`);
  equal(violationLines(history, checkHistory(history, TIMES)), []);
  ok(history.length > 1000, `${history.length} entries`);
}

spec(
  "on hosts with cables: cuts both ways and one way, a killed board and broker break no promise",
  async (t) => {
    const { hosts, why } = openHosts(BOARDS);
    if (why !== undefined) console.log(`  no network namespaces: ${why}`);
    const rounds = ["cut", "cut to it", "cut from it", "board killed", "broker killed"].map((name) => [name]);
    await tryOut(t, hosts, rounds, true);
  },
  { limitMs: 90_000 },
);

spec(
  "on loopback: losses, delays, disorder, doubles, replays, a standstill and jumps of the clock break no promise",
  async (t) => {
    const rounds = [
      ["30 % lost", "500 ms late", "out of order"],
      ["doubled", "played again by another client", "stands still"],
      ["cut", "clock a day ahead"],
    ];
    await tryOut(t, new Loopback(), rounds, false);
  },
  { limitMs: 90_000 },
);
