/**
 * A job every millisecond by a timer of Node. Arguments: which timer, seconds. Prints its lateness as JSON.
 *
 * `setTimeout` is set anew for the next release of a fixed grid. `setInterval` and `board.loop` know no grid:
 * the n-th call is compared with n periods after the first.
 */
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { johnnyFiveLoop } from "./johnny-five-loop.ts";
import { Lateness } from "./lateness.ts";
import type { NodeTimer } from "./node-timer.ts";

const PERIOD_US = 1000;
const WARM_UP_US = 1_000_000;

const what = process.argv[2] as NodeTimer;
const seconds = Number(process.argv[3]);
const clock = new SystemClock();
const lateness = new Lateness();
let releaseUs = 0;
let fromUs = 0;

/** Records the release that has come; moves to the next that has not passed. */
function released(): void {
  const nowUs = clock.now();
  const passed = Math.max(0, Math.ceil((nowUs - releaseUs) / PERIOD_US - 1));
  if (releaseUs >= fromUs) {
    lateness.record(nowUs - releaseUs);
    lateness.skip(passed);
  }
  releaseUs += (passed + 1) * PERIOD_US;
  if (releaseUs < fromUs + seconds * 1e6) return;
  console.log(JSON.stringify(lateness.toJson()));
  process.exit(0);
}

function begin(): void {
  releaseUs = clock.now() + PERIOD_US;
  fromUs = releaseUs + WARM_UP_US;
}

if (what === "board.loop") {
  const loop = await johnnyFiveLoop();
  begin();
  loop(PERIOD_US / 1000, released);
} else if (what === "setInterval") {
  begin();
  setInterval(released, PERIOD_US / 1000);
} else {
  begin();
  const next = () => void setTimeout(tick, (releaseUs - clock.now()) / 1000);
  const tick = () => {
    // Node cuts fractions of a millisecond off: it may be early.
    if (clock.now() >= releaseUs) released();
    next();
  };
  next();
}
