/**
 * `node dist/test/bench/fences.js [--trials 200] [--kernel-trials 30] [--minutes 60] [--json]`: hang to fence, fence
 * with stuck buses and a flood, kernel hang, false alarms under load; 0 leaves a row out. Part of `npm run bench:time`.
 */
import { printRows, type Row } from "./rows.ts";
import { falseAlarms, fenceUnderFire, hangToFence, kernelHang } from "./time/fence-figures.ts";

const trials = numberAfter("--trials", 200);
const kernelTrials = numberAfter("--kernel-trials", 30);
const minutes = numberAfter("--minutes", 60);
const rows: Row[] = [];
if (trials > 0) rows.push(await hangToFence(trials), await fenceUnderFire(trials));
if (kernelTrials > 0) rows.push(await kernelHang(kernelTrials));
if (minutes > 0) rows.push(await falseAlarms(minutes * 60));
for (const { work, peer } of rows) if (peer !== null) console.log(`${work}: ${peer}`);
printRows(rows);

function numberAfter(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  const value = at < 0 ? Number.NaN : Number(process.argv[at + 1]);
  return Number.isFinite(value) ? value : otherwise;
}
