/** Deaths of runtime, cell and guardian, judged by the world's witness. Bounds are wide: machines stall. */
import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { is, match, ok, throws } from "uvu/assert";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { spec } from "../harness/spec.ts";
import { BenchRig, until } from "./fixtures/bench-rig.ts";

const clock = new SystemClock();

/** Longer than a machine stalls. */
const PET_LIMIT_MS = 10_000;

spec(
  "a frozen runtime is taken for dead: safe levels first, then its end, then a new one",
  async (t) => {
    const rig = await BenchRig.start({ petLimitMs: PET_LIMIT_MS });
    t.defer(() => rig.close());
    await rig.call({ op: "write", line: "GPIO17", level: 1 });
    const stoppedUs = clock.now();
    process.kill(rig.runtimePid, "SIGSTOP");
    const us = (await rig.seen("GPIO17", 0, stoppedUs)) - stoppedUs;
    ok(us < PET_LIMIT_MS * 1000, `${us} us`);
    // Its state in /proc is evidence: nobody waits for the end of the pet limit.
    is((await rig.logged("runtimeDead", stoppedUs)).by, "proc");
    const safeUs = Number((await rig.logged("safe", stoppedUs)).doneUs);
    const exited = await rig.logged("runtimeExited", stoppedUs);
    is(exited.signal, "SIGKILL");
    // Where the lines do not answer within 50 ms the frozen runtime is ended all the same, and that is logged.
    const unsettled = rig.log.some((line) => line.unsettled !== undefined);
    ok(unsettled || Number(exited.atUs) >= safeUs, "safe levels before the end");
    is((await rig.readyRuntime()).incarnation, 2);
  },
  { limitMs: 30_000 },
);

spec(
  "the watchdog thread takes the lines from a cell that hangs, and the runtime lives on",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    await rig.call({ op: "write", line: "GPIO17", level: 1 });
    void rig.call({ op: "hang" }).catch(() => {});
    const fencedUs = clock.now();
    await rig.call({ control: "fenceByWatchdog" });
    await rig.seen("GPIO17", 0, fencedUs);
    await until(async () => {
      const events = (await rig.call({ control: "events" })) as { kind: string }[];
      return events.some(({ kind }) => kind === "fenced");
    }, "fenced event");
    await rig.call({ control: "regrant", epoch: 2 });
    is(await rig.call({ op: "write", line: "GPIO17", level: 1 }), 1);
    is(rig.log.filter((line) => line.runtimeDead).length, 0);
  },
  { limitMs: 20_000 },
);

spec(
  "garbage in the pipes is counted and disturbs nobody",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    const open = (path: string) => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const pipes = readdirSync(rig.directory).find((name) => name.startsWith("holdfast-"))!;
    const path = join(rig.directory, pipes, "cell-1");
    throws(() => open(path), /ENXIO/, "nobody listens to an owner that was granted nothing");
    is(await rig.call({ control: "grantNothing", owner: 1 }), path);
    const fifo = open(path);
    t.defer(() => closeSync(fifo));
    for (let round = 0; round < 200; round++) {
      writeSync(fifo, randomBytes(100));
      if (round % 20 === 0) is(await rig.call({ op: "write", line: "GPIO17", level: 1 }), 1);
    }
    await until(async () => {
      const { malformedRequests } = (await rig.call({ control: "stats" })) as Record<string, number>;
      return malformedRequests! > 0;
    }, "count of what was malformed");
    is(rig.log.filter((line) => line.runtimeDead).length, 0);
  },
  { limitMs: 20_000 },
);

spec(
  "a lease ends by itself when a cell stops renewing",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    const writtenUs = clock.now();
    await rig.call({ op: "write", line: "GPIO27", level: 0 });
    const us = (await rig.seen("GPIO27", 1, writtenUs)) - writtenUs;
    ok(us >= 300_000 && us < 5_000_000, `${us} us`);
  },
  { limitMs: 20_000 },
);

for (const onFree of ["keep", "input"] as const) {
  spec(
    `the death of the guardian ends the runtime; the next one adopts the lines (freed lines: ${onFree})`,
    async (t) => {
      const rig = await BenchRig.start({ onFree });
      t.defer(() => rig.close());
      for (const line of ["GPIO17", "GPIO23"]) await rig.call({ op: "write", line, level: 1 });
      const oldRuntime = rig.runtimePid;
      rig.guardian!.kill("SIGKILL");
      await until(() => !alive(oldRuntime), "end of the runtime");
      const startedUs = clock.now();
      await rig.startGuardian();
      const levels = await rig.levels();
      is(levels.GPIO17, 0);
      is(levels.GPIO23, onFree === "keep" ? 1 : 0, "held where the metal held it");
      if (onFree === "keep") {
        await rig.seen("GPIO17", 0, startedUs);
        const moved = rig.witness.filter(({ line, atUs }) => line === "GPIO23" && atUs >= startedUs);
        is(moved.length, 0, "no glitch");
      }
    },
    { limitMs: 20_000 },
  );
}

spec(
  "an output that rests after maxOn rests on when its guardian is killed",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    const on = () => rig.call({ op: "write", line: "GPIO12", level: 1 });
    const startedUs = clock.now();
    is(await on(), 1);
    await rig.seen("GPIO12", 0, startedUs);
    const oldRuntime = rig.runtimePid;
    rig.guardian!.kill("SIGKILL");
    await until(() => !alive(oldRuntime), "end of the runtime");
    await rig.startGuardian();
    const refused = await on().catch((error: Error) => error.message);
    match(String(refused), /max_on/);
  },
  { limitMs: 20_000 },
);

spec(
  "an orderly stop: safe levels, then the end of the runtime, then exit 0",
  async (t) => {
    const rig = await BenchRig.start();
    t.defer(() => rig.close());
    for (const line of ["GPIO17", "GPIO23"]) await rig.call({ op: "write", line, level: 1 });
    const { guardian, runtimePid } = rig;
    const stoppedUs = clock.now();
    guardian!.kill("SIGINT");
    guardian!.kill("SIGHUP");
    guardian!.kill("SIGTERM");
    for (const line of ["GPIO17", "GPIO23"]) await rig.seen(line, 0, stoppedUs);
    await until(() => guardian!.exitCode !== null, "end of the guardian");
    is(guardian!.exitCode, 0);
    is(alive(runtimePid), false);
    const order = () => rig.log.map((line) => Object.keys(line)[0]).filter((key) => key !== "event");
    // The log of a process that has ended may not have been read yet.
    await until(() => order().includes("runtimeExited"), "word of the runtime's end");
    is(order().indexOf("safe") < order().indexOf("runtimeExited"), true, order().join(" "));
  },
  { limitMs: 20_000 },
);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
