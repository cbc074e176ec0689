/**
 * How long a driver waits: cell to guardian, emulated world, and back, in real processes.
 * `node dist/test/bench/round-trip.js [count]`; prints one JSON object a line, microseconds.
 */

import { BenchRig } from "../firmware/fixtures/bench-rig.ts";
import { machineLateness, percentiles } from "./machine.ts";

const count = Number(process.argv[2] ?? 2000);

for (const spinUs of [0, 30, 150]) {
  const rig = await BenchRig.start({ env: { HOLDFAST_TEST_SPIN_US: String(spinUs) } });
  for (const what of ["renew", "write", "transfer"]) {
    await rig.call({ op: "measure", count: 200, what });
    const times = (await rig.call({ op: "measure", count, what })) as number[];
    console.log(JSON.stringify({ what, spinUs, count, ...percentiles(times), machine: machineLateness() }));
  }
  await rig.close();
}
