import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as assert from "uvu/assert";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { spec } from "../../harness/spec.ts";

const modulePath = new URL("../../../runtime/time/system-clock.js", import.meta.url).href;
/** How far two clocks may differ: the reading of one bracket, us. */
const toleranceUs = 5;

spec("the system clock reads CLOCK_MONOTONIC", () => {
  const clock = new SystemClock();
  for (let i = 0; i < 1000; i++) {
    const before = kernelUs();
    const now = clock.now();
    const after = kernelUs();
    assert.ok(now >= before - toleranceUs && now <= after + toleranceUs, `${before} ${now} ${after}`);
  }
});

spec("the system clock never goes back", () => {
  const clock = new SystemClock();
  let last = clock.now();
  for (let i = 0; i < 100_000; i++) {
    const now = clock.now();
    assert.ok(now >= last);
    last = now;
  }
});

spec("a worker thread is on the same time line", async () => {
  const clock = new SystemClock();
  const worker = new Worker(
    `import(${JSON.stringify(modulePath)}).then(({ SystemClock }) =>
       require("node:worker_threads").parentPort.postMessage(new SystemClock().now()))`,
    { eval: true },
  );
  const before = clock.now();
  const [now] = await once(worker, "message");
  const after = clock.now();
  assert.ok(before < now && now < after, `${before} ${now} ${after}`);
  await worker.terminate();
});

spec("another process is on the same time line", () => {
  const clock = new SystemClock();
  const program = `import { SystemClock } from ${JSON.stringify(modulePath)}; console.log(new SystemClock().now())`;
  const before = clock.now();
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  const after = clock.now();
  const now = Number(stdout);
  assert.ok(before < now && now < after, `${before} ${stdout} ${after}`);
});

function kernelUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1000;
}
