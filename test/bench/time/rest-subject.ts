/** A runtime at rest: kernel, watchdog with its pipe, ten cells whose jobs do nothing. Prints `running`, ends by a kill. */
import { spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RuntimeWatchdog } from "../../../firmware/client/runtime-watchdog.ts";
import { makePipes, pipesIn } from "../../../firmware/transport/pipes.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { NICE, setThreadNice } from "../../../runtime/time/thread-priority.ts";

/** As the demo's devices and controllers, ms. */
const PERIODS_MS = [1000, 2000, 1000, 500, 500, 500, 500, 500, 1000, 1000];

const module = new URL("./bodies.js", import.meta.url).href;
setThreadNice(NICE.kernel);
const folder = mkdtempSync(join(tmpdir(), "holdfast-rest-"));
process.on("SIGTERM", () => process.exit(0));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { directory } = await makePipes(folder, 1);
const { pet, fence } = pipesIn(directory, 1);
// Opened for both ways, each has a reader from the start and never ends. Nobody is fenced.
const pipe = openSync(pet, constants.O_RDWR | constants.O_NONBLOCK);
openSync(fence, constants.O_RDWR | constants.O_NONBLOCK);
// The pets are taken by another process, as the guardian is one: that is not the runtime's cost.
const reader = spawn("sh", ["-c", 'exec cat "$1" > /dev/null', "sh", pet], { stdio: "ignore" });
reader.once("spawn", () => setTimeout(() => closeSync(pipe), 1000));
process.on("exit", () => reader.kill());
const kernel = new ThreadKernel({
  board: "bench",
  clock: new SystemClock(),
  onStarted: (cell) => watchdog.watch(cell, []),
});
const watchdog = new RuntimeWatchdog(directory, ({ finding }) =>
  console.error(`cell ${finding.cell}: ${finding.cause}`),
);
for (const [index, periodMs] of PERIODS_MS.entries()) {
  const body = { module, name: "idleJob" };
  kernel.startCell({ name: `device-${index}`, body, args: [periodMs], heapMb: 24, externalMb: 32 });
}
while (kernel.cells().some(({ booting }) => booting)) await new Promise((done) => setTimeout(done, 5));
console.log("running");
