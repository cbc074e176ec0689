/** The times of a trial, as words say them: however they are put together, the verdict comes before whoever waits for it gives up. */
import { equal, ok, throws } from "uvu/assert";
import { trialTimes } from "../../../deploy/cli/trial-times.ts";
import { NO_PICTURE } from "../../../deploy/update/picture.ts";
import { isOver, TRIAL_TIMES, Trial, type TrialTimes } from "../../../deploy/update/trial.ts";
import { LONGEST_WAY_BACK_MS } from "../../../deploy/update/way-back.ts";
import { spec } from "../../harness/spec.ts";

/** That `slots`, the unit and `slot/up` wait for. */
const HOUR_MS = 3_600_000;

/** Of a release that is good for the first time just before a missing link would have ended it, ms. */
function longest(times: TrialTimes): number {
  const before = { ...NO_PICTURE, broker: "live" };
  const trial = new Trial(before, 0, times);
  let nowMs = 0;
  while (!isOver(trial.view.state)) {
    nowMs += 1000;
    trial.hear(
      { ...before, incarnation: 1, broker: nowMs >= times.linkMs - 1000 ? "live" : "offline" },
      nowMs,
    );
  }
  return nowMs;
}

spec("without a word they are the usual ones", () => equal(trialTimes({}), TRIAL_TIMES));

for (const flags of [
  {},
  { trial: "42m" },
  { trial: "20m", link: "25m" },
  { trial: "1s", settle: "44m" },
  { link: "43m" },
])
  spec(`a trial of ${JSON.stringify(flags)} and its way back are over within the hour`, () => {
    const times = trialTimes(flags);
    ok(times.settleMs >= TRIAL_TIMES.startMs, "a board has its time to start");
    ok(longest(times) + LONGEST_WAY_BACK_MS < HOUR_MS, `${longest(times)} ms`);
  });

spec("times that are more together are refused, with what is allowed", () => {
  throws(() => trialTimes({ trial: "45m" }), /--trial: "45m" is no time from 1s to 42m$/);
  throws(
    () => trialTimes({ trial: "20m", link: "30m" }),
    /--link: "30m" is no time from 1s to 25m: with --trial/,
  );
  throws(() => trialTimes({ settle: "44m" }), /--settle: "44m" is no time from 1s to 43m/);
  throws(() => trialTimes({ trial: "soon" }), /--trial: "soon" is no time/);
});
