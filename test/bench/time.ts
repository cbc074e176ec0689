/**
 * `npm run bench:time [-- --seconds 60] [--rounds 2] [--only word]... [--json]`: the figures of time, beside
 * cyclictest, Erlang/OTP, Node and Johnny-Five on the same machine. See `time/README.md` for what each row does.
 */
import { printRows } from "./rows.ts";
import { hasWords, runBenches } from "./run-benches.ts";
import { atRest } from "./time/at-rest.ts";
import type { TimeBench } from "./time/bench.ts";
import { drift } from "./time/drift.ts";
import { fences } from "./time/fences.ts";
import { manyDevices } from "./time/many-devices.ts";
import { readOptions } from "./time/options.ts";
import { overload } from "./time/overload.ts";
import { releaseLateness } from "./time/release-lateness.ts";

/** One a file; further ones stand here. */
const BENCHES: readonly TimeBench[] = [releaseLateness, drift, atRest, overload, fences, manyDevices];

const options = readOptions(process.argv.slice(2));
const rows = await runBenches(BENCHES, options, isWanted);
for (const { work, peer, ratio } of rows)
  if (peer !== null) console.log(`${work}: peer ${peer}${ratio === null ? "" : `, ratio ${ratio}`}`);
printRows(rows);

/** A bench with parts of its own looks at the words again. */
function isWanted(bench: Pick<TimeBench, "name">): boolean {
  return bench.name === releaseLateness.name || hasWords(bench, options.only);
}
