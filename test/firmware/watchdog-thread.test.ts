import { setTimeout as sleep } from "node:timers/promises";
import * as assert from "uvu/assert";
import { busWait } from "../../firmware/client/outside-wait.ts";
import type { Finding } from "../../runtime/watchdog/finding.ts";
import { FenceRig } from "../bench/time/fence-rig.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

/** Longer than a request takes when its answer does not come. */
const QUIET_MS = 700;
const MOST_DEATHS = 8;

interface Said {
  readonly endRuntime: string;
  readonly stack: readonly string[] | null;
}

spec(
  "when the kernel's thread hangs, outputs are fenced first, its place in the code is logged, and the next runtime comes",
  async (t) => {
    const rig = await FenceRig.start();
    t.defer(() => rig.close());
    const { log } = rig.rig;
    const said = () => log.flatMap(({ watchdog }) => (watchdog === undefined ? [] : [watchdog as Said]));
    // A thread that gets no core for 50 ms has nothing to say.
    for (let deaths = 0; deaths < MOST_DEATHS && !said().some(({ stack }) => stack !== null); deaths++) {
      await rig.holdLine("holds");
      await rig.hangKernel();
      await rig.rig.readyRuntime();
    }
    for (const { endRuntime } of said()) assert.match(endRuntime, /^the kernel thread is \d+ ms late$/);
    const placed = said().find(({ stack }) => stack !== null);
    assert.match(placed?.stack?.[0] ?? "", /^at Timeout\.hangKernel .*fence-runtime/);
    const dead = () => log.findIndex((line) => "runtimeDead" in line);
    await until("its end is logged", () => dead() >= 0);
    const fenced = log.findIndex(({ event }) => (event as { kind?: string })?.kind === "fenced");
    assert.ok(fenced >= 0 && fenced < dead(), "the fence came before the end");
  },
  { limitMs: 60_000 },
);

spec(
  "a cell whose buses are stuck past its hard deadline is blocked, by the guardian's name for the bus, and goes on",
  async (t) => {
    const rig = await FenceRig.start();
    t.defer(() => rig.close());
    await rig.stickBuses(150_000);
    const findings: Finding[] = [];
    await until("something is found", async () => findings.push(...(await rig.findings())) > 0);
    await sleep(QUIET_MS);
    findings.push(...(await rig.findings()));
    const buses = [busWait(0), busWait(1)];
    for (const { cell, cause, waitsFor } of findings) {
      assert.equal([cell, cause], ["buses", "blocked"]);
      assert.ok(buses.includes(waitsFor!), `it waits for ${waitsFor}`);
    }
  },
  { limitMs: 60_000 },
);
