/** The soak of the kernel: a fleet of cells in threads, harmed a few times a second, read every ten seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CellSample } from "./auditor.ts";
import { chart } from "./chart.ts";
import { drawer } from "./draw.ts";
import { Fleet, SINK } from "./fleet.ts";
import { type Reading, readOwn, SharedBlocks } from "./readings.ts";
import { judge, type SoakResult } from "./verdict.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Cells are killed while they load, too. */
  readonly early?: boolean;
  readonly say: (line: string) => void;
}

const READ_EVERY_MS = 10_000;
/** Time without faults before a reading: cells that were ended are back. */
const CALM_MS = 1500;
const PATIENCE_MS = 30_000;
const FLOOD = 3000;

export async function kernelSoak({ minutes, seed, early = false, say }: SoakOptions): Promise<SoakResult> {
  const soak = new KernelSoak(seed, early);
  const endMs = performance.now() + minutes * 60_000;
  await soak.standing();
  let nextLineMs = performance.now() + 60_000;
  while (performance.now() < endMs) {
    await soak.round();
    if (performance.now() < nextLineMs) continue;
    nextLineMs += 60_000;
    say(soak.line());
  }
  await soak.fleet.stop();
  const { readings } = soak;
  const { violations } = soak.fleet.auditor;
  const checks = judge(readings, violations);
  say("");
  say(
    chart(
      "resident memory, MB",
      readings.map(({ rssMb }) => rssMb),
    ),
  );
  say(
    chart(
      "heap of the main thread, MB",
      readings.map(({ heapMb }) => heapMb),
    ),
  );
  say("");
  for (const violation of violations.slice(0, 20)) say(`violation: ${violation}`);
  for (const { what, passed, said } of checks)
    say(`${passed ? "ok    " : "FAILED"}  ${what.padEnd(26)} ${said}`);
  const passed = checks.every((check) => check.passed);
  return { passed, minutes, seed, checks, totals: soak.totals, violations };
}

class KernelSoak {
  readonly fleet: Fleet;
  readonly readings: Reading[] = [];
  /** What was done and checked in all. */
  readonly totals: Record<string, number> = {};
  readonly #shared = new SharedBlocks();
  readonly #draw: (limit: number) => number;
  readonly #startMs = performance.now();
  #question = 0;
  #worstLateUs = 0;

  readonly #early: boolean;

  constructor(seed: number, early: boolean) {
    this.#early = early;
    this.fleet = new Fleet(seed);
    this.#draw = drawer(seed);
  }

  /** Waits until every cell is up; false when that takes too long. */
  async standing(limitMs = PATIENCE_MS): Promise<boolean> {
    const { fleet } = this;
    const endMs = performance.now() + limitMs;
    while (fleet.standing.length < fleet.names.length) {
      if (performance.now() > endMs) return false;
      await sleep(20);
    }
    return true;
  }

  /** Faults until it is time for a reading; then the reading. */
  async round(): Promise<void> {
    const endMs = performance.now() + READ_EVERY_MS;
    while (performance.now() < endMs - CALM_MS) {
      await this.#harm();
      await sleep(50 + this.#draw(500));
    }
    await sleep(Math.max(0, endMs - CALM_MS - performance.now()));
    if (!(await this.standing())) {
      const missing = this.fleet.names.filter((name) => !this.fleet.standing.includes(name));
      this.fleet.auditor.violations.push(`not back after ${PATIENCE_MS} ms: ${missing}`);
    }
    await this.#read();
  }

  line(): string {
    const now = this.readings.at(-1)!;
    const ends = Object.entries(this.fleet.ends).map(([cause, count]) => `${cause} ${count}`);
    return [
      `${(now.hours * 60).toFixed(0).padStart(4)} min`,
      `rss ${now.rssMb.toFixed(0)} MB, heap ${now.heapMb.toFixed(2)} + ${now.cellHeapMb.toFixed(1)} MB`,
      `fds ${now.descriptors}, threads ${now.threads}, ports ${now.ports}, shared ${now.sharedBlocks}`,
      `${this.totals.streamed} numbers, ${this.totals.bonds} bonds, ${this.totals.churned} children`,
      `ends: ${ends.join(", ")}`,
      `timers late p99 ${this.#worstLateUs} us`,
      `${this.fleet.auditor.violations.length} violations`,
    ].join(" | ");
  }

  async #harm(): Promise<void> {
    const { fleet } = this;
    const name = fleet.names[this.#draw(fleet.names.length)]!;
    const harms: readonly [string, number, () => unknown][] = [
      ["kill", 8, () => fleet.kill(name, this.#early)],
      ["crash", 4, () => fleet.misbehave(name, "crash")],
      ["hang", 2, () => fleet.misbehave(name, "hang")],
      ["leak", 1, () => fleet.misbehave(name, "leak")],
      ["unlink", 1, () => fleet.misbehave(name, "unlink")],
      ["shutDown", 2, () => fleet.shutDown(name)],
      ["flood", 2, () => this.#flood()],
    ];
    let at = this.#draw(harms.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [kind, weight, act] of harms) {
      at -= weight;
      if (at >= 0) continue;
      this.#count(kind, 1);
      await act();
      return;
    }
  }

  /** More than the way to a cell holds: what does not arrive is counted where it was sent, to the last one. */
  async #flood(): Promise<void> {
    const { kernel, auditor } = this.fleet;
    const pid = this.fleet.crewOf(SINK);
    if (pid === undefined) return;
    // What earlier questions and floods left there.
    await this.#sunk();
    const before = kernel.cell.counts.credit;
    for (let n = 0; n < FLOOD; n++) kernel.cell.post(pid, { type: "drop", n });
    const refused = kernel.cell.counts.credit - before;
    const taken = await this.#sunk();
    if (taken === undefined || this.fleet.crewOf(SINK)?.incarnation !== pid.incarnation) return;
    this.#count("flooded", FLOOD);
    this.#count("refused", refused);
    if (taken + refused !== FLOOD)
      auditor.violations.push(`of ${FLOOD} messages ${taken} arrived and ${refused} were counted`);
  }

  /** Asks the sink; `undefined` when it does not answer because it was ended. */
  async #sunk(): Promise<number | undefined> {
    const { auditor } = this.fleet;
    auditor.sunk = undefined;
    const endMs = performance.now() + 3000;
    this.fleet.tell(SINK, { type: "sample", id: 0 });
    for (let tries = 1; auditor.sunk === undefined; tries++) {
      if (performance.now() > endMs) return undefined;
      await sleep(5);
      // The question itself may have been refused.
      if (tries % 100 === 0) this.fleet.tell(SINK, { type: "sample", id: 0 });
    }
    return auditor.sunk;
  }

  async #read(): Promise<void> {
    const { fleet } = this;
    const id = ++this.#question;
    const ends = () => Object.values(fleet.ends).reduce((sum, count) => sum + count, 0);
    const endsBefore = ends();
    for (const name of fleet.names) fleet.tell(name, { type: "sample", id });
    const endMs = performance.now() + 5000;
    while (fleet.auditor.answers(id).length < fleet.names.length && performance.now() < endMs)
      await sleep(10);
    const answers = fleet.auditor.answers(id);
    const whole = answers.length === fleet.names.length && ends() === endsBefore;
    for (const { counts, late } of answers) {
      for (const key of Object.keys(counts) as (keyof CellSample["counts"])[]) this.#count(key, counts[key]);
      this.#worstLateUs = Math.max(this.#worstLateUs, late.p99);
    }
    const { cell } = fleet.kernel;
    const own = await readOwn(this.#shared);
    this.readings.push({
      ...own,
      hours: (performance.now() - this.#startMs) / 3_600_000,
      settled: whole,
      cellHeapMb: answers.reduce((sum, { heapUsed }) => sum + heapUsed, 0) / 2 ** 20,
      processes: cell.processCount,
      timers: cell.timerCount,
      // Children of the churn take names for a moment.
      names: cell.names.list().filter((name) => !name.startsWith("churn.")).length,
    });
  }

  #count(what: string, n: number): void {
    this.totals[what] = (this.totals[what] ?? 0) + n;
  }
}
