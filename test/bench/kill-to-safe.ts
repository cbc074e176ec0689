/**
 * From SIGKILL or SIGSTOP of the runtime to the safe level, as the world's witness saw it.
 * `node dist/test/bench/kill-to-safe.js [count]`; prints one JSON object a line, microseconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { BenchRig } from "../firmware/fixtures/bench-rig.ts";
import { machineLateness, percentiles } from "./machine.ts";

const count = Number(process.argv[2] ?? 20);
const clock = new SystemClock();

for (const { signal, ballastMb } of [
  { signal: "SIGKILL", ballastMb: 0 },
  { signal: "SIGKILL", ballastMb: 300 },
  { signal: "SIGSTOP", ballastMb: 0 },
] as const) {
  const times: number[] = [];
  const signs: Record<string, number> = {};
  for (let trial = 0; trial < count; trial++) {
    const rig = await BenchRig.start({
      petLimitMs: 100,
      env: { HOLDFAST_TEST_BALLAST_MB: String(ballastMb) },
    });
    await rig.call({ op: "write", line: "GPIO17", level: 1 });
    await sleep(50 + Math.random() * 20);
    const killedUs = clock.now();
    process.kill(rig.runtimePid, signal);
    times.push((await rig.seen("GPIO17", 0, killedUs)) - killedUs);
    const by = String((await rig.logged("runtimeDead", killedUs)).by);
    signs[by] = (signs[by] ?? 0) + 1;
    await rig.close();
  }
  console.log(
    JSON.stringify({ signal, ballastMb, count, ...percentiles(times), signs, machine: machineLateness() }),
  );
}
