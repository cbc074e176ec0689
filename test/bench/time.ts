/**
 * `npm run bench:time [-- --seconds 60] [--rounds 2] [--only word]... [--json]`: the figures of time, beside
 * cyclictest, Erlang/OTP, Node and Johnny-Five on the same machine. See `time/README.md` for what each row does.
 */
import { NoiseMeter } from "./kernel/noise.ts";
import { printRows, type Row } from "./rows.ts";
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
const noise = new NoiseMeter();
const rows: Row[] = [];

for (const bench of BENCHES) {
  if (!isWanted(bench)) continue;
  process.stderr.write(`${bench.name}\n`);
  noise.begin();
  try {
    rows.push(...(await bench.run(options)));
  } catch (error) {
    // The others may be worth an hour.
    const ours = `failed: ${(error as Error).message.split("\n")[0]}`;
    rows.push({ work: bench.name, ours, peer: null, ratio: null, goal: "", met: false });
  }
  const { stealPercent, slowdown } = noise.end();
  process.stderr.write(
    `  meanwhile: steal ${stealPercent.toFixed(1)} %, a fixed loop x${slowdown.toFixed(2)} of its best\n`,
  );
}
for (const { work, peer, ratio } of rows)
  if (peer !== null) console.log(`${work}: peer ${peer}${ratio === null ? "" : `, ratio ${ratio}`}`);
printRows(rows);

/** A bench with parts of its own looks at the words again. */
function isWanted({ name }: TimeBench): boolean {
  const { only } = options;
  if (only.length === 0 || name === releaseLateness.name) return true;
  return only.every((word) => name.toLowerCase().includes(word.toLowerCase()));
}
