/**
 * A thread cell crashes and is started again by a process of the kernel that watches it. Printed: from the `down`
 * to the first message of the next life, in us. `process.argv[2]`: `warm` (a spare thread is kept) or `cold`.
 */
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { latencies } from "./latencies.ts";

const LIVES = 100;
const LOOK_AGAIN_MS = 5;

const spares = process.argv[2] === "warm" ? 1 : 0;
const kernel = new ThreadKernel({ board: "bench", clock: new SystemClock(), spares: () => spares });
const watcher = kernel.cell.spawn(restarts, []);
kernel.cell.post(watcher, { type: "begin" });

function* restarts(self: Self<{ type: "begin" | "up" }>): ProcessGenerator {
  yield* self.receive("begin");
  const module = new URL("./work/mortal.js", import.meta.url).href;
  const spec: CellSpec = { name: "mortal", body: { module, name: "mortal" }, args: [self.pid] };
  const timesUs = new Float64Array(LIVES);
  let pid = kernel.startCell(spec);
  yield* self.receive("up");
  for (let life = 0; life < LIVES; life++) {
    while (kernel.spareCount < spares) yield* self.sleep(LOOK_AGAIN_MS);
    const ref = self.monitor(pid);
    self.send(pid, { type: "crash" });
    yield* self.receive({ type: "down", ref });
    const downUs = self.nowUs();
    pid = kernel.startCell(spec);
    yield* self.receive("up");
    timesUs[life] = self.nowUs() - downUs;
  }
  console.log(JSON.stringify(latencies(timesUs)));
  void kernel.stop();
}
