/** First processes of the cells of `subject.ts`. */
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { Lateness } from "./lateness.ts";

/** Code is compiled by then, and the lead has found its place. */
const WARM_UP_S = 1;
/**
 * Beside the tick of the system, which comes at whole milliseconds on its clock (each fourth with 250 Hz) and
 * takes a core for up to 30 us: cyclictest does not begin there either.
 */
const PHASE_US = 370;
/** Sent at once before anybody else gets a turn: more than a mailbox holds. */
const FLOOD = 1500;
/** As a list of readings of a careless driver. */
const LITTER = 1000;

/** Is released on a fixed grid, and skips releases that passed meanwhile, as cyclictest does. */
export function* measuredJob(
  self: Self<never>,
  { report, seconds, periodUs }: { report: Pid; seconds: number; periodUs: number },
): ProcessGenerator {
  const lateness = new Lateness();
  let releaseUs = (Math.ceil(self.nowUs() / periodUs) + 1) * periodUs + PHASE_US;
  const fromUs = releaseUs + WARM_UP_S * 1e6;
  const endUs = fromUs + seconds * 1e6;
  while (releaseUs < endUs) {
    yield* self.receive([], { within: (releaseUs - self.nowUs()) / 1000 });
    const nowUs = self.nowUs();
    if (releaseUs >= fromUs) lateness.record(nowUs - releaseUs);
    const passed = Math.max(0, Math.ceil((nowUs - releaseUs) / periodUs - 1));
    if (releaseUs >= fromUs) lateness.skip(passed);
    releaseUs += (passed + 1) * periodUs;
  }
  self.send(report, { type: "lateness", lateness: lateness.toJson() });
  yield* self.receive([], { within: 60_000 });
}

/** A job that has nothing to do. */
export function* idleJob(self: Self<never>, periodMs: number): ProcessGenerator {
  let releaseUs = self.nowUs();
  for (;;) {
    releaseUs += periodMs * 1000;
    yield* self.receive([], { within: (releaseUs - self.nowUs()) / 1000 });
  }
}

/** Makes garbage as fast as it can; part of it lives for a while. */
export function* allocates(self: Self<never>): ProcessGenerator {
  const kept: object[][] = Array.from({ length: 50 }, () => []);
  for (let n = 0; ; n++) {
    kept[n % kept.length] = Array.from({ length: LITTER }, (_, index) => ({
      index,
      text: `reading ${index}`,
    }));
    yield* self.sleep(0);
  }
}

/** Sends more than the other takes, and never waits. */
export function* floods(self: Self<never>, to: Pid): ProcessGenerator {
  for (;;) {
    for (let n = 0; n < FLOOD; n++) self.send(to, { type: "flood", n });
    yield* self.sleep(0);
  }
}

export function* flooded(self: Self<{ type: "flood"; n: number }>): ProcessGenerator {
  for (;;) yield* self.receive("flood");
}
