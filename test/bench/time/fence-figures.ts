/** The figures of the watchdog and its fences, each one row; the world's witness judges. */
import { setTimeout as sleep } from "node:timers/promises";
import { machineLateness, percentiles } from "../machine.ts";
import { progress, type Row } from "../rows.ts";
import { CONDITIONS } from "./conditions.ts";
import { FenceRig } from "./fence-rig.ts";

/** Of one runtime: its memory of dead cells and names stays small. */
const TRIALS_A_RIG = 50;
/** Of one guardian: its back-off doubles with each death. */
const DEATHS_A_RIG = 3;
const KERNEL_LIMIT_US = 250_000;
/** The board's. */
const PET_LIMIT_MS = 100;

/** A cell loops for ever: from its hard deadline to the safe level. */
export async function hangToFence(trials: number): Promise<Row> {
  const times = await eachOnRigs(trials, TRIALS_A_RIG, "hang", async (rig) => {
    await rig.holdLine("hangs");
    await pause();
    return rig.hang();
  });
  return row("hang to fence, from the hard deadline", times, "p99 <= 2 ms", 2000);
}

/** A fence while both buses are stuck and a cell floods the guardian: from its writing to the safe level. */
export async function fenceUnderFire(trials: number): Promise<Row> {
  const times = await eachOnRigs(
    trials,
    TRIALS_A_RIG,
    "fence under fire",
    async (rig) => {
      await rig.holdLine("holds");
      await pause();
      const us = await rig.fence();
      await rig.mustBurn();
      return us;
    },
    async (rig) => {
      await rig.stickBuses();
      await rig.floodGuardian();
    },
  );
  return row("fence with all buses stuck and one owner flooding", times, "p99 <= 2 ms", 2000);
}

/** The kernel's thread loops for ever: to the safe level. The limit counts from its last sign of life, 50 ms before at most. */
export async function kernelHang(trials: number): Promise<Row> {
  const times = await eachOnRigs(trials, DEATHS_A_RIG, "kernel hang", async (rig, isLast) => {
    await rig.holdLine("holds");
    await pause();
    const us = await rig.hangKernel();
    if (!isLast) await rig.rig.readyRuntime();
    return us;
  });
  const goalUs = KERNEL_LIMIT_US + 50_000;
  return row("kernel thread hung to all lines safe", times, "worst <= 300 ms", goalUs, "worstUs");
}

/** Cells that work half of a core, another one busy beside them: whom the watchdog and the guardian take for dead though nobody is. */
export async function falseAlarms(seconds: number): Promise<Row> {
  const rig = await FenceRig.start(PET_LIMIT_MS);
  const endLoad = await CONDITIONS.find(({ name }) => name === "one core busy")!.begin();
  const startedMs = performance.now();
  const found: string[] = [];
  try {
    await rig.holdLine("holds");
    await rig.load(1, 10, 1000);
    await rig.load(2, 20, 4000);
    await rig.load(3, 100, 20_000);
    while (performance.now() - startedMs < seconds * 1000) {
      await sleep(1000);
      // It may end while it is asked, or before: nobody answers then.
      const silence = sleep(2000).then((): Awaited<ReturnType<FenceRig["findings"]>> => []);
      const findings = await Promise.race([rig.findings().catch(() => []), silence]);
      found.push(...findings.map(({ cause, cell }) => `${cell} ${cause}`));
      if (deaths(rig).length > 0) break;
    }
    const minutes = (performance.now() - startedMs) / 60_000;
    const all = [...found, ...deaths(rig)];
    const alarms = all.length;
    const what = alarms === 0 ? "" : ` (${all.join(", ")})`;
    return {
      work: `false alarms in ${minutes.toFixed(1)} minutes of load`,
      ours: `${alarms}${what}`,
      peer: null,
      ratio: null,
      goal: "0 in an hour",
      met: alarms === 0,
    };
  } finally {
    endLoad();
    await rig.close();
  }
}

/** How the guardian saw each, and what the runtime and the guardian's own loop said just before. */
function deaths({ rig }: FenceRig): string[] {
  return rig.log.flatMap((line, at) => {
    if (!("runtimeDead" in line)) return [];
    const before = rig.log.slice(Math.max(0, at - 3), at).map((one) => JSON.stringify(one));
    return [`runtime dead ${JSON.stringify(line.runtimeDead)} after ${before.join(" ")}`];
  });
}

async function eachOnRigs(
  trials: number,
  trialsARig: number,
  what: string,
  trial: (rig: FenceRig, isLast: boolean) => Promise<number>,
  before: (rig: FenceRig) => Promise<void> = async () => {},
): Promise<number[]> {
  const times: number[] = [];
  while (times.length < trials) {
    const rig = await FenceRig.start();
    try {
      await before(rig);
      for (let left = Math.min(trialsARig, trials - times.length); left > 0; left--) {
        times.push(await trial(rig, left === 1));
        progress(what, times.length, trials);
      }
    } finally {
      await rig.close();
    }
  }
  return times;
}

/** So that trials fall anywhere between two looks and two beats. */
function pause(): Promise<void> {
  return sleep(20 + Math.random() * 80);
}

/** Beside it: how late this machine wakes a thread that sleeps 1 ms, the floor under every figure. */
function row(
  work: string,
  times: readonly number[],
  goal: string,
  goalUs: number,
  by: "p99Us" | "worstUs" = "p99Us",
): Row {
  const ours = percentiles(times);
  const floor = machineLateness(1000);
  const words = ({ medianUs, p99Us, worstUs }: typeof ours) =>
    `median ${ms(medianUs)}, p99 ${ms(p99Us)}, worst ${ms(worstUs)}`;
  return {
    work,
    ours: `${words(ours)} (${times.length})`,
    peer: `a sleeping thread wakes late: ${words(floor)}`,
    ratio: null,
    goal,
    met: ours[by] <= goalUs,
  };
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(2)} ms`;
}
