/**
 * `npm run bench:io [-- --trials 200] [--count 1000] [--seconds 30] [--only word]... [--json]`: the figures of lines and buses,
 * on emulated hardware. See `io/README.md` for what each row does.
 */
import type { IoBench } from "./io/bench.ts";
import { chips } from "./io/chips.ts";
import { display } from "./io/display.ts";
import { guardianKilled } from "./io/guardian-killed.ts";
import { guardianAtRest } from "./io/guardian-rest.ts";
import { kills } from "./io/kills.ts";
import { ways } from "./io/ways.ts";
import { machineLateness } from "./machine.ts";
import { printRows } from "./rows.ts";
import { hasWords, readWords, runBenches } from "./run-benches.ts";

const BENCHES: readonly IoBench[] = [ways, display, chips, guardianAtRest, guardianKilled, kills];
const USAGE = "npm run bench:io -- [--trials 200] [--count 1000] [--seconds 30] [--only word]... [--json]";

const DEFAULTS = { trials: 200, count: 1000, seconds: 30 };

const { options, only } = readWords(process.argv.slice(2), DEFAULTS, USAGE);
const rows = await runBenches(
  BENCHES,
  options,
  (bench) => hasWords(bench, only),
  () => {
    const { medianUs, p99Us, worstUs } = machineLateness();
    return `; a thread that sleeps 1 ms wakes ${medianUs} us late, p99 ${p99Us}, worst ${worstUs}`;
  },
);
for (const { work, peer, ratio } of rows)
  if (peer !== null) console.log(`${work}: ${peer}${ratio === null ? "" : `, ratio ${ratio.toFixed(2)}`}`);
printRows(rows);
