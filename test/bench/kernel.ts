/**
 * `npm run bench:kernel [-- --only ring] [--runs 5] [--profile] [--json]`: the kernel's figures beside Erlang/OTP's.
 *
 * Every run is a process of its own; ours and the peer's alternate; the medians are compared. Each peer has its
 * better configuration. See `kernel/README.md` for what each row does.
 */
import { cellWorks } from "./kernel/between-cells.ts";
import { canPin } from "./kernel/contender.ts";
import { type Figure, medianFigure } from "./kernel/figure.ts";
import { printFigure, ratioOf } from "./kernel/goal.ts";
import { match } from "./kernel/match.ts";
import { messageWorks } from "./kernel/messages.ts";
import { type Noise, NoiseMeter } from "./kernel/noise.ts";
import { readOptions } from "./kernel/options.ts";
import { Otp } from "./kernel/otp.ts";
import type { OurContender } from "./kernel/our-cell.ts";
import { processWorks } from "./kernel/processes.ts";
import { profile } from "./kernel/profile.ts";
import { type KernelRow, printTable } from "./kernel/table.ts";
import { Erlang, type Work } from "./kernel/work.ts";

const options = readOptions(process.argv.slice(2));
const otp = Otp.prepare();
const noise = new NoiseMeter();
const rows: KernelRow[] = [];
const remarks: string[] = [];

console.log(
  `Node ${process.version}; Erlang/OTP ${otp?.release ?? "is not installed: its columns stay empty"}`,
);
if (!canPin) console.log("no taskset here: nothing is pinned to one core");
try {
  const erlang = new Erlang(otp);
  for (const work of [...processWorks(erlang), ...messageWorks(erlang), ...cellWorks()]) {
    if (!options.only.every((word) => work.name.includes(word))) continue;
    try {
      measure(work);
    } catch (error) {
      // The others may be worth an hour.
      failed(work, error as Error);
    }
  }
} finally {
  otp?.close();
}
printTable(rows);
for (const remark of remarks) console.log(remark);
if (process.argv.includes("--json")) console.log(JSON.stringify({ rows }));

function measure(work: Work): void {
  const { name, unit, goal, ours, peers, asides = [] } = work;
  process.stderr.write(`${name}\n`);
  noise.begin();
  const say = (who: string, figure: Figure) =>
    process.stderr.write(`  ${who.padEnd(40)} ${printFigure(figure, unit)}\n`);
  const { ours: outcomes, peer } = match(ours, peers, options.runs, say);
  const during = noise.end();
  for (const { contender, figure } of outcomes) {
    const ratio = ratioOf(goal, figure, peer?.figure);
    const met = goal.met(figure, ratio);
    rows.push({
      work: contender.name === "" ? name : `${name}, ${contender.name}`,
      ours: printFigure(figure, unit),
      peer: peer === undefined ? null : `${printFigure(peer.figure, unit)}, ${peer.contender.name}`,
      ratio: ratio === null ? null : Number(ratio.toFixed(3)),
      goal: goal.text,
      met,
      cpuRatio: cpuRatio(figure, peer?.figure),
      noise: printNoise(during),
    });
    // Time says nothing about memory.
    if (unit !== "B" && (!met || options.profileAll)) explain(name, contender);
  }
  for (const aside of asides) {
    const figure = medianFigure([1, 2, 3].map(() => aside.run()));
    remarks.push(`${name}: ${aside.name}: ${printFigure(figure, unit)}`);
  }
}

function failed({ name, goal }: Work, { message }: Error): void {
  remarks.push(`\n${name} failed: ${message}`);
  rows.push({
    work: name,
    ours: "failed",
    peer: null,
    ratio: null,
    goal: goal.text,
    met: false,
    cpuRatio: null,
    noise: "",
  });
}

function explain(work: string, contender: OurContender): void {
  remarks.push(`\nprofile of ${work}, ${contender.name} (self time):`, ...profile(contender));
}

/** As the ratio of costs, of processor time: hardly moved by what else runs on the machine. */
function cpuRatio(ours: Figure, peer: Figure | undefined): number | null {
  if (ours.cpu === undefined || peer?.cpu === undefined) return null;
  return Number((ours.cpu / peer.cpu).toFixed(3));
}

function printNoise({ stealPercent, slowdown }: Noise): string {
  return `steal ${stealPercent.toFixed(1)} %, spin x${slowdown.toFixed(2)}`;
}
