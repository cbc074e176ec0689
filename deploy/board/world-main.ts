/** The emulated world as a process: outlives guardian and runtime, moves the model on, bears witness. */
import { runWorld } from "../../firmware/emulated/world-process.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { checkedConfig } from "./checked-config.ts";
import { emulatedBoard } from "./emulated-board.ts";
import { readOptions } from "./options.ts";

const STEP_MS = 100;

const options = readOptions(process.env);
const clock = new SystemClock();
const board = emulatedBoard(checkedConfig(options), clock, {
  ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
  onFree: process.env.HOLDFAST_ON_FREE === "input" ? "input" : "keep",
});
let lastUs = clock.now();
setInterval(() => {
  const nowUs = clock.now();
  board.step((nowUs - lastUs) / 1e6);
  lastUs = nowUs;
}, STEP_MS);

await runWorld({ socketPath: options.worldSocket, ...board });
// Whoever started this process holds the other end: without it nobody needs a world.
process.stdin
  .on("end", () => process.exit(0))
  .on("error", () => process.exit(0))
  .resume();
process.on("SIGINT", () => {});
