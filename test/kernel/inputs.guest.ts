/** What becomes of the edges of inputs between the kernel's simulator and an owner, over the GPIO character device. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is, ok } from "uvu/assert";
import type { InputPlan } from "../../firmware/contracts/output-plan.ts";
import { ChardevLines } from "../../firmware/linux/chardev-lines.ts";
import { LinuxBackend } from "../../firmware/linux/linux-backend.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { ReplayedGuardian } from "../firmware/fixtures/replayed-guardian.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

const LINE = "GPIO23";
const clock = new SystemClock();

function header(t: SpecContext): SimHeader {
  const sim = new SimHeader();
  t.defer(() => sim.close());
  sim.pull(LINE, 0);
  return sim;
}

function inputPlan(input: Partial<InputPlan>) {
  return {
    outputs: [],
    inputs: [{ line: LINE, activeLow: false, bias: "none", ...input } as const],
    buses: [],
  };
}

/** A guardian in this thread, and its owner 0 that reads the line. */
async function guarded(t: SpecContext, sim: SimHeader, input: Partial<InputPlan>): Promise<ReplayedGuardian> {
  const plan = inputPlan(input);
  const surroundings = { now: () => clock.now(), report: () => {} };
  const linux = { backend: "chardev", places: sim.places } as const;
  const guardian = new ReplayedGuardian(plan, await LinuxBackend.open(plan, linux, surroundings), clock);
  t.defer(() => guardian.close());
  guardian.grant({ owner: 0, epoch: 1, outputs: [], inputs: [LINE], i2c: [] });
  return guardian;
}

/** Changes the line and lets nothing else run in this thread, as a guardian that is held up would. */
function change(sim: SimHeader, times: number, everyMs: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let change = 0; change < times; change++) {
    sim.pull(LINE, change % 2 === 0 ? 1 : 0);
    Atomics.wait(pause, 0, 0, everyMs);
  }
}

spec("pulses that come while the guardian is held up are all counted", async (t) => {
  const sim = header(t);
  const guardian = await guarded(t, sim, { counts: true, edges: "rising", maxEdgeRateHz: 100_000 });
  const counted = async () => Number(await guardian.call({ op: "pulses", line: LINE }));
  const found: string[] = [];
  // The simulator runs pulses into one when it is held up, so what counts is what the kernel was told; and a kernel whose thread
  // for the line is held up takes two interrupts for one. It is not in every round that it is: then each pulse has to be there.
  const isWhole = async (): Promise<boolean> => {
    const [interruptsBefore, countedBefore] = [interrupts(), await counted()];
    change(sim, 600, 2);
    const told = interrupts() - interruptsBefore;
    ok(told > 128 && told <= 300, `${told} interrupts`);
    let got = 0;
    for (
      const startMs = performance.now();
      got !== told && performance.now() - startMs < 5000;
      await sleep(10)
    )
      got = (await counted()) - countedBefore;
    found.push(`${got} of ${told}`);
    ok(got <= told, found.at(-1));
    return got === told;
  };
  for (let round = 1; !(await isWhole()); round++) ok(round < 5, found.join(", "));
  equal(guardian.events, []);
});

spec("a debounced line that loses edges is told at the level it has", async (t) => {
  const sim = header(t);
  const lines = ChardevLines.open(inputPlan({ debounceMs: 1 }), sim.places);
  t.defer(() => lines.close());
  const levels: number[] = [];
  let lost = 0;
  lines.attach({ edge: (_, level) => levels.push(level), edgesLost: (_, count) => (lost += count) });
  change(sim, 101, 12);
  await until(() => lost > 0 && levels.length >= 64);
  is(levels.length, 64, "what the kernel keeps");
  is(levels.at(-1), 1);
  is(lines.sense(0), 1);
  ok(lost > 0 && lost <= 101 - 64, `${lost} lost`);
});

spec("a debounced edge is told with the time when the line came to rest", async (t) => {
  const sim = header(t);
  const lines = ChardevLines.open(inputPlan({ debounceMs: 100 }), sim.places);
  t.defer(() => lines.close());
  const times: number[] = [];
  lines.attach({ edge: (_, __, atUs) => times.push(atUs), edgesLost: () => {} });
  sim.pull(LINE, 1);
  const pulledUs = clock.now();
  await until(() => times.length === 1);
  const agoUs = clock.now() - times[0]!;
  ok(agoUs >= 95_000, `told ${agoUs} us after it`);
  // The kernel's timer is never early: the rest it stamped is at least as long as the one asked for.
  ok(times[0]! >= pulledUs - 50_000, `${times[0]! - pulledUs} us after the pull`);
});

spec("the kernel is not asked for edges of a line in a storm, and is again after the mask", async (t) => {
  const sim = header(t);
  const guardian = await guarded(t, sim, { maxEdgeRateHz: 20 });
  const kinds = () => guardian.events.map(({ kind }) => kind);
  change(sim, 40, 2);
  await until(() => kinds().includes("edgeStorm"));
  const storm = guardian.events.find(({ kind }) => kind === "edgeStorm")!;
  equal(
    { ...storm, rateHz: 0, atUs: 0 },
    { kind: "edgeStorm", line: LINE, rateHz: 0, count: 21, maskedMs: 1000, atUs: 0 },
  );
  is(guardian.edges, 20);
  change(sim, 40, 2);
  await sleep(100);
  is(guardian.edges, 20, "masked");
  await until(() => kinds().includes("edgeStormOver"));
  const before = guardian.edges;
  change(sim, 1, 2);
  await until(() => guardian.edges > before);
  is(kinds().filter((kind) => kind === "edgesLost").length, 0, "what was masked is not called lost");
});

/** How often lines of ours have interrupted, by the kernel's own count. */
function interrupts(): number {
  const rows = readFileSync("/proc/interrupts", "utf8").split("\n");
  const ours = rows.filter((row) => row.endsWith("holdfast"));
  return ours.reduce((sum, row) => {
    const [, counts = ""] = /^\s*\d+:((?:\s+\d+)+)/.exec(row) ?? [];
    return (
      sum +
      counts
        .trim()
        .split(/\s+/)
        .reduce((all, count) => all + Number(count), 0)
    );
  }, 0);
}

async function until(fact: () => boolean): Promise<void> {
  for (const startMs = performance.now(); !fact(); await sleep(1)) {
    if (performance.now() - startMs > 5000) throw new Error("it did not come within 5 s");
  }
}
