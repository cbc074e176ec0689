/** A job at 1 kHz: how late its releases are, beside cyclictest and others, quiet and with loads. Draws the plot. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { dirname, join, relative } from "node:path";
import { projectFolder } from "../../harness/source-files.ts";
import type { Row } from "../rows.ts";
import type { TimeBench, TimeOptions } from "./bench.ts";
import { CONDITIONS, type Condition } from "./conditions.ts";
import type { Contender } from "./contender.ts";
import { cyclictest } from "./cyclictest.ts";
import { hasJohnnyFive } from "./johnny-five-loop.ts";
import { Lateness, type LatenessJson } from "./lateness.ts";
import { nodeTimer } from "./node-timer.ts";
import { otpTimer } from "./otp-timer.ts";
import { ourJob } from "./our-job.ts";
import { type Chart, plotLateness } from "./plot.ts";

/** In `dist/`, which is not kept. */
export const plotFile = join(projectFolder, "dist/bench/time-lateness.svg");

const MISS_US = 1000;
const MEDIAN_GOAL_US = 10;
const LOADED_FACTOR = 1.5;

type Results = ReadonlyMap<string, Lateness>;

export const releaseLateness: TimeBench = { name: "release lateness", run };

async function run(options: TimeOptions): Promise<readonly Row[]> {
  const present = (all: readonly (Contender | undefined)[]) => all.filter((one) => one !== undefined);
  const floors = present([cyclictest("other"), cyclictest("fifo")]);
  const ours = [ourJob("other", "spin"), ourJob("fifo", "spin")];
  const others = present([
    ourJob("other", "sleep"),
    otpTimer(),
    nodeTimer("setTimeout"),
    nodeTimer("setInterval"),
    hasJohnnyFive ? nodeTimer("board.loop") : undefined,
  ]);
  const rows: Row[] = [];
  const charts: Chart[] = [];
  for (const condition of CONDITIONS) {
    const quiet = condition.name === "quiet";
    // Alternating: the two that are compared meet the same minute of the machine.
    const contenders = [ours[0]!, floors[0], ours[1]!, floors[1], ...(quiet ? others : [])];
    const chosen = present(contenders).filter(({ name }) => isWanted(options, condition.name, name));
    if (chosen.length === 0) continue;
    const results = await alternate(chosen, condition, options);
    charts.push({
      title: `1 kHz job, ${condition.name}`,
      curves: [...results].map(([name, lateness]) => ({ name, lateness })),
    });
    for (const contender of ours) rows.push(...rowsOf(contender, condition, results));
    if (quiet) rows.push(...asides(results));
  }
  if (charts.length > 0) writePlot(charts, options);
  return rows;
}

function isWanted({ only }: TimeOptions, condition: string, contender: string): boolean {
  const text = `release lateness ${condition} ${contender}`.toLowerCase();
  return only.every((word) => text.includes(word.toLowerCase()));
}

async function alternate(
  contenders: readonly Contender[],
  condition: Condition,
  { rounds, seconds }: TimeOptions,
): Promise<Results> {
  const windows = new Map<string, LatenessJson[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const { name } = contender;
      try {
        const window = await contender.run(seconds, condition);
        windows.get(name)!.push(window);
        process.stderr.write(
          `  ${condition.name.padEnd(20)} ${name.padEnd(26)} ${text(Lateness.of([window]))}\n`,
        );
      } catch (error) {
        // The others may be worth an hour; one without a right (FIFO) has no row.
        process.stderr.write(
          `  ${condition.name.padEnd(20)} ${name.padEnd(26)} ${(error as Error).message}\n`,
        );
      }
    }
  }
  const whole = [...windows].filter(([, all]) => all.length > 0);
  return new Map(whole.map(([name, all]) => [name, Lateness.of(all)]));
}

/** Of one policy under one condition: median, 99th percentile, misses. */
function rowsOf({ name, policy }: Contender, condition: Condition, results: Results): Row[] {
  const ours = results.get(name);
  if (ours === undefined) return [];
  const floor = results.get(`cyclictest ${policy.toUpperCase()}`);
  const work = (what: string) => `1 kHz job, ${policy.toUpperCase()}, ${condition.name}: ${what}`;
  const quiet = condition.name === "quiet";
  const factor = quiet ? 1 : LOADED_FACTOR;
  const [p99, floorP99] = [ours.quantileUs(0.99), floor?.quantileUs(0.99)];
  const rows: Row[] = [
    {
      work: work("p99 of release lateness"),
      ours: brief(ours),
      peer: floor === undefined ? null : brief(floor),
      ratio: ratio(p99, floorP99),
      goal: quiet ? "<= cyclictest's p99" : `<= ${LOADED_FACTOR} x cyclictest's p99`,
      met: floorP99 !== undefined && p99 <= factor * Math.max(1, floorP99),
    },
  ];
  if (!quiet) return rows;
  const median = ours.quantileUs(0.5);
  const [misses, floorMisses] = [missesOf(ours), floor === undefined ? undefined : missesOf(floor)];
  rows.unshift({
    work: work("median of release lateness"),
    ours: `${median} us`,
    peer: floor === undefined ? null : `${floor.quantileUs(0.5)} us`,
    ratio: ratio(median, floor?.quantileUs(0.5)),
    goal: `<= ${MEDIAN_GOAL_US} us`,
    met: median <= MEDIAN_GOAL_US,
  });
  rows.push({
    work: work(`releases over 1 ms late or skipped, of ${ours.count + ours.skipped}`),
    ours: misses,
    peer: floorMisses ?? null,
    ratio: ratio(misses, floorMisses),
    goal: "<= cyclictest's",
    met: floorMisses !== undefined && misses <= floorMisses,
  });
  return rows;
}

/** For information: no goal is set against these. */
function asides(results: Results): Row[] {
  const ours = results.get("Holdfast OTHER");
  return [...results]
    .filter(([name]) => !/^(Holdfast OTHER|Holdfast FIFO|cyclictest .*)$/.test(name))
    .map(([name, lateness]) => ({
      work: `1 kHz job, quiet: beside ${name}`,
      ours: ours === undefined ? "" : brief(ours),
      peer: brief(lateness),
      ratio: ratio(ours?.quantileUs(0.99) ?? Number.NaN, lateness.quantileUs(0.99)),
      goal: "for information",
      met: true,
    }));
}

function missesOf(lateness: Lateness): number {
  return lateness.laterThan(MISS_US) + lateness.skipped;
}

function ratio(ours: number, peer: number | undefined): number | null {
  return peer === undefined || !Number.isFinite(ours / peer) ? null : Number((ours / peer).toFixed(3));
}

/** `p99 24 us (median 1, worst 1203)`. */
function brief(lateness: Lateness): string {
  return `p99 ${printUs(lateness.quantileUs(0.99))} (median ${lateness.quantileUs(0.5)}, worst ${lateness.worstUs})`;
}

/** Lateness is counted up to 20 ms. */
function printUs(us: number): string {
  return us === Number.POSITIVE_INFINITY ? "over 20 ms" : `${us} us`;
}

/** `median 1, p99 24, p99.9 80, worst 1203 us, 3 over 1 ms, 1 skipped`. */
function text(lateness: Lateness): string {
  const [median, p99, p999] = [0.5, 0.99, 0.999].map((part) => lateness.quantileUs(part));
  const cpu = lateness.cpuPercent === undefined ? "" : `, ${lateness.cpuPercent.toFixed(1)} % cpu`;
  const misses = `${lateness.laterThan(MISS_US)} over 1 ms, ${lateness.skipped} skipped`;
  return `median ${median}, p99 ${p99}, p99.9 ${p999}, worst ${lateness.worstUs} us, ${misses}${cpu}`;
}

function writePlot(charts: readonly Chart[], { seconds, rounds }: TimeOptions): void {
  const [cpu] = cpus();
  const about = `${rounds} x ${seconds} s each, alternating; ${cpus().length} x ${cpu?.model ?? "?"}, Linux ${release()}, Node ${process.version}`;
  mkdirSync(dirname(plotFile), { recursive: true });
  writeFileSync(plotFile, plotLateness(charts, about));
  process.stderr.write(`  plot: ${relative(process.cwd(), plotFile)}\n`);
}
