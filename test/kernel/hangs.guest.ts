/** What hangs instead of dying, over real lines: a driver, the kernel's thread, the guardian. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { equal, is, match, ok } from "uvu/assert";
import { type BenchRig, until } from "../firmware/fixtures/bench-rig.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { kernelRig, SEEN_MS } from "./fixtures/kernel-rig.ts";
import type { SimHeader } from "./fixtures/sim-header.ts";

/** The runtime of the fence benches: the board's kernel and watchdog thread, cells that misbehave on order. */
const RUNTIME = fileURLToPath(new URL("../bench/time/fence-runtime.js", import.meta.url));
const CELLS = "../kernel/fixtures/patient-cells";
/** Beyond every stall of an emulated processor. */
const KERNEL_LIMIT_MS = 15_000;
const PATIENT_US = 60_000_000;
/** A runtime with a kernel and its cells takes half a minute to load. */
const LONG = { limitMs: 15_000 };

const start = (t: SpecContext) =>
  kernelRig(t, { runtime: RUNTIME, env: { HOLDFAST_TEST_KERNEL_LIMIT_MS: String(KERNEL_LIMIT_MS) } });

/** Starts a cell that switches its line on; resolves when it said so. */
function hold(rig: BenchRig, owner: number, body: "hangs" | "holds", line: string): Promise<unknown> {
  const grant = { owner, outputs: [line], inputs: [], i2c: [] };
  const cell = `cell-${owner}`;
  return rig.call({
    order: "start",
    module: CELLS,
    cell,
    body,
    args: [line],
    grant,
    hangLimitUs: PATIENT_US,
  });
}

/** Resolves when the process stands still. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await until(() => / \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, "latin1")), "a stop", SEEN_MS);
}

/** On where low is on, and on. Neither has a lease, so nothing but the fence can end it. */
const ON = [0, 1];
const levels = (header: SimHeader) => [header.level("GPIO22"), header.level("GPIO23")];

const isFenced = (event: unknown): event is { readonly lines: readonly string[] } =>
  (event as { kind?: string } | undefined)?.kind === "fenced";

spec(
  "a driver that loops for ever: its line is fenced, its cell ends, another's line stays",
  async (t) => {
    const { rig, header } = await start(t);
    await hold(rig, 0, "hangs", "GPIO22");
    await hold(rig, 1, "holds", "GPIO23");
    equal(levels(header), ON);
    await rig.call({ order: "hang", cell: "cell-0" });
    await until(() => header.level("GPIO22") === 1, "GPIO22 safe", SEEN_MS);
    const fenced = () => rig.log.flatMap(({ event }) => (isFenced(event) ? [event.lines] : []));
    await until(() => fenced().length > 0, "word of the fence", SEEN_MS);
    equal(fenced(), [["GPIO22"]]);
    is(header.level("GPIO23"), 1);
    is(rig.log.filter((line) => line.runtimeDead).length, 0);
  },
  LONG,
);

spec(
  "the kernel's thread loops for ever: the watchdog's thread fences every line, ends the runtime, the next comes",
  async (t) => {
    const { rig, header } = await start(t);
    await hold(rig, 0, "holds", "GPIO22");
    await hold(rig, 1, "holds", "GPIO23");
    equal(levels(header), ON);
    await rig.call({ order: "hangKernel" });
    await until(() => header.level("GPIO22") === 1, "GPIO22 safe", SEEN_MS);
    await rig.readyRuntime();
    const said = () =>
      rig.log.flatMap(({ watchdog }) =>
        watchdog === undefined ? [] : [(watchdog as { endRuntime: string }).endRuntime],
      );
    await until(() => said().length > 0, "word of the watchdog's thread", SEEN_MS);
    match(said()[0]!, /^the kernel thread is \d+ ms late$/);
    is(header.level("GPIO23"), 1, "held, as its policy says");
    await hold(rig, 0, "holds", "GPIO22");
    equal(levels(header), ON, "the next runtime has the line");
  },
  LONG,
);

spec(
  "a guardian that is stopped moves nothing: lines keep their level past their lease, until it goes on",
  async (t) => {
    const { rig, header } = await kernelRig(t);
    await rig.call({ op: "write", line: "GPIO23", level: 1 });
    t.defer(() => rig.guardian!.kill("SIGCONT"));
    for (;;) {
      await rig.call({ op: "write", line: "GPIO17", level: 1 }); // for 2 s
      await stop(rig.guardian!.pid!);
      if (header.level("GPIO17") === 1) break;
      rig.guardian!.kill("SIGCONT"); // this test was held up for as long as the lease
    }
    const late = rig.call({ op: "write", line: "GPIO23", level: 0 }).then(
      () => "done",
      ({ code }: { code?: string }) => String(code),
    );
    await sleep(4000);
    equal([header.level("GPIO17"), header.level("GPIO23")], [1, 1], "nobody is there to end the lease");
    rig.guardian!.kill("SIGCONT");
    await until(() => header.level("GPIO17") === 0, "the lease is over at once", SEEN_MS);
    ok(["done", "timeout"].includes(await late), await late);
    is(rig.log.filter((line) => line.runtimeDead).length, 0, "its runtime was not at fault");
  },
);
