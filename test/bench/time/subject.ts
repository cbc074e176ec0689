/**
 * A runtime with a job that is measured and a neighbour that disturbs it, each in a thread cell. Argument: a
 * `SubjectOrder` as JSON. Prints `running`, then the job's lateness as JSON, and ends; without a job it runs on.
 */

import { SHORT_SLICE_US, setThreadSlice } from "../../../firmware/linux/thread-slice.ts";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { describeReason, isOrderly } from "../../../runtime/process/exit-reason.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { chainPlace, takePlace } from "../../../runtime/time/thread-place.ts";
import { NICE, setThreadNice } from "../../../runtime/time/thread-priority.ts";
import type { LatenessJson } from "./lateness.ts";
import { JOB_PRIORITY, type SubjectOrder } from "./our-job.ts";

const order = JSON.parse(process.argv[2]!) as SubjectOrder;
const module = new URL("./bodies.js", import.meta.url).href;
setThreadNice(NICE.kernel);
setThreadSlice(SHORT_SLICE_US); // on a board it comes from the guardian

const kernel = new ThreadKernel({
  board: "bench",
  clock: new SystemClock(),
  hooks: {
    ended: ({ name }, cause) => {
      if (isOrderly(cause)) return;
      console.error(`cell ${name} ended: ${describeReason(cause)}`);
      process.exit(1);
    },
    logged: ({ name }, { text }) => console.error(`${name}: ${text}`),
  },
});
const report = kernel.cell.spawn(reporter, []);
const { job, neighbour, seconds, periodUs = 1000, precision = "spin" } = order;
if (job === "fifo") takePlace(chainPlace("kernel"));
if (neighbour === "allocates") kernel.startCell(cell("neighbour", "allocates", [], { heapMb: 64 }));
if (neighbour === "flooded") {
  const flooded = kernel.startCell(cell("neighbour", "flooded", []));
  kernel.startCell(cell("flooder", "floods", [flooded]));
}
if (job !== "none") {
  const place = job === "fifo" ? { place: { policy: "fifo", priority: JOB_PRIORITY } as const } : {};
  kernel.startCell(cell("job", "measuredJob", [{ report, seconds, periodUs }], { precision, ...place }));
}
while (kernel.cells().some(({ booting }) => booting)) await new Promise((done) => setTimeout(done, 5));
if (job === "fifo" && kernel.cells().find((one) => one.cell === "job")?.thread?.place?.policy !== "fifo") {
  console.error("no right to a real-time policy");
  process.exit(1);
}
const startCpu = process.cpuUsage();
const startMs = performance.now();
console.log("running");
// A load whose benchmark has gone.
if (job === "none") setTimeout(() => process.exit(0), (seconds + 60) * 1000);

function* reporter(self: Self<{ type: "lateness"; lateness: LatenessJson }>): ProcessGenerator {
  const { lateness } = yield* self.receive("lateness");
  const { user, system } = process.cpuUsage(startCpu);
  const cpuPercent = (user + system) / (10 * (performance.now() - startMs));
  console.log(JSON.stringify({ ...lateness, cpuPercent }));
  process.exit(0);
}

function cell(name: string, body: string, args: readonly unknown[], rest: Partial<CellSpec> = {}): CellSpec {
  return { name, body: { module, name: body }, args, heapMb: 32, hangLimitUs: 60_000_000, ...rest };
}
