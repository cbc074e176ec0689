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
import { quietFor, until } from "../harness/until.ts";
import { change, tried } from "./fixtures/held-up.ts";
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

spec("pulses that come while the guardian is held up are all counted", async (t) => {
  const sim = header(t);
  const guardian = await guarded(t, sim, { counts: true, edges: "rising", maxEdgeRateHz: 100_000 });
  const counted = async () => Number(await guardian.call({ op: "pulses", line: LINE }));
  // The simulator runs pulses into one when it is held up, so what counts is what the kernel was told; and a kernel whose thread
  // for the line is held up takes two interrupts for one. It is not in every round that it is: then each pulse has to be there.
  await tried("every pulse", async () => {
    const [interruptsBefore, countedBefore] = [interrupts(), await counted()];
    change(sim, LINE, 600, 2);
    const told = interrupts() - interruptsBefore;
    ok(told <= 300, `${told} interrupts`);
    if (told <= 128) return undefined; // so many would be kept for any line
    const got = async () => (await counted()) - countedBefore;
    for (const startMs = performance.now(); performance.now() - startMs < 5000; await sleep(10))
      if ((await got()) === told) return true;
    ok((await got()) <= told, `${await got()} of ${told}`);
    return undefined;
  });
  equal(guardian.events, []);
});

spec("a debounced line that loses edges is told at the level it has", async (t) => {
  const sim = header(t);
  const lines = ChardevLines.open(inputPlan({ debounceMs: 1 }), sim.places);
  t.defer(() => lines.close());
  const levels: number[] = [];
  let lost = 0;
  lines.attach({ edge: (_, level) => levels.push(level), edgesLost: (_, count) => (lost += count) });
  await tried("64 edges that the kernel kept, and others lost", async () => {
    [levels.length, lost] = [0, 0];
    change(sim, LINE, 101, 12);
    await until("edges", () => levels.length > 0);
    await quietFor(100);
    ok(levels.length + lost <= 101, `${levels.length} told, ${lost} lost`);
    return levels.length === 64 && lost > 0 ? true : undefined;
  });
  is(levels.at(-1), 1);
  is(lines.sense(0), 1);
});

spec("a debounced edge is told with the time when the line came to rest", async (t) => {
  const sim = header(t);
  const lines = ChardevLines.open(inputPlan({ debounceMs: 100 }), sim.places);
  t.defer(() => lines.close());
  const times: number[] = [];
  lines.attach({ edge: (_, __, atUs) => times.push(atUs), edgesLost: () => {} });
  const beforeUs = clock.now();
  sim.pull(LINE, 1);
  await until("the edge", () => times.length === 1);
  const agoUs = clock.now() - times[0]!;
  ok(agoUs >= 95_000, `told ${agoUs} us after it`);
  // The kernel's timer is never early: the rest it stamped is at least as long as the one asked for.
  ok(times[0]! >= beforeUs - 50_000, `${times[0]! - beforeUs} us after the pull`);
});

spec("the kernel is not asked for edges of a line in a storm, and is again after the mask", async (t) => {
  const sim = header(t);
  const guardian = await tried("a storm of edges", async () => {
    const guardian = await guarded(t, sim, { maxEdgeRateHz: 20 });
    const said = (kind: string) => guardian.events.find((event) => event.kind === kind);
    const isDense = change(sim, LINE, 40, 2) < 500;
    for (const startMs = performance.now(); performance.now() - startMs < 1000; await sleep(1))
      if (said("edgeStorm") !== undefined) break;
    if (isDense && said("edgeStorm") !== undefined) {
      equal(
        { ...said("edgeStorm"), rateHz: 0, atUs: 0 },
        { kind: "edgeStorm", line: LINE, rateHz: 0, count: 21, maskedMs: 1000, atUs: 0 },
      );
      change(sim, LINE, 40, 2);
      await sleep(100);
      if (said("edgeStormOver") === undefined) {
        is(guardian.edges, 20, "masked");
        return guardian;
      }
    }
    guardian.close();
    return undefined;
  });
  const kinds = () => guardian.events.map(({ kind }) => kind);
  await until("the end of the mask", () => kinds().includes("edgeStormOver"));
  const before = guardian.edges;
  change(sim, LINE, 1, 2);
  await until("an edge", () => guardian.edges > before);
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
