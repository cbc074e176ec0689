import { equal, is } from "uvu/assert";
import { BoardWatchdog } from "../../firmware/guardian/board-watchdog.ts";
import { RuntimeHealth } from "../../firmware/guardian/runtime-health.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const BRING_UP_MS = 300_000;

/** A device that notes what is done to it; `limitS` is the longest it can count. */
function bench({ mayReset = true, longestS = 15 } = {}) {
  const clock = new HandClock();
  const trace: string[] = [];
  let broken = false;
  const health = new RuntimeHealth(clock.us);
  const watchdog = new BoardWatchdog(
    {
      identity: "hand-made",
      stoppable: true,
      setLimitS: (seconds) => {
        trace.push(`limit ${seconds}`);
        return Math.min(seconds, longestS);
      },
      pet: () => {
        if (broken) throw new Error("EIO");
        trace.push("pet");
      },
      close: () => trace.push("close"),
    },
    { device: "/dev/watchdog0", limitS: 15, mayReset, bringUpLimitMs: BRING_UP_MS },
    {
      clock,
      health,
      news: {
        withheld: (ms) => trace.push(`withheld after ${ms}`),
        lost: (why) => trace.push(`lost ${why}`),
      },
    },
  );
  return {
    clock,
    health,
    watchdog,
    break: () => {
      broken = true;
    },
    /** What was done since the last look. */
    did: () => trace.splice(0),
  };
}

spec(
  "a device is asked for its limit, petted at once, and then five times in the limit it really has",
  () => {
    const { watchdog, did } = bench({ longestS: 4 });
    equal(did(), ["limit 15", "pet"]);
    is(watchdog.limitS, 4);
    is(watchdog.everyMs, 800);
    watchdog.alive();
    equal(did(), ["pet"]);
  },
);

spec("a runtime that never comes up costs the board a reset, told once before", () => {
  const { clock, watchdog, did } = bench();
  did();
  clock.passMs(BRING_UP_MS - 1);
  watchdog.alive();
  equal(did(), ["pet"]);
  clock.passMs(1);
  watchdog.alive();
  watchdog.alive();
  equal(did(), ["withheld after 300000"], "and no pet any more");
});

spec("a runtime that dies again and again before it has proved itself has not come up", () => {
  const { clock, health, watchdog, did } = bench();
  did();
  for (let run = 0; run < 15; run++) {
    clock.passMs(1000);
    health.spoke(clock.us);
    clock.passMs(20_000);
    health.ended(clock.us, null);
  }
  watchdog.alive();
  equal(did(), ["withheld after 315000"]);
  health.spoke(clock.us);
  clock.passMs(30_000);
  watchdog.alive();
  equal(did(), ["pet"], "one that works on is a reason to live");
});

spec("a runtime that dies after a healthy life has the whole time to come up again", () => {
  const { clock, health, watchdog, did } = bench();
  did();
  clock.passMs(1000);
  health.spoke(clock.us);
  clock.passMs(10 * BRING_UP_MS);
  watchdog.alive();
  health.ended(clock.us, null);
  clock.passMs(BRING_UP_MS - 1);
  watchdog.alive();
  equal(did(), ["pet", "pet"]);
  clock.passMs(1);
  watchdog.alive();
  equal(did(), ["withheld after 300000"]);
});

spec("a runtime that refuses its configuration is no reason for a reset: the next boot has the same", () => {
  const { clock, health, watchdog, did } = bench();
  did();
  health.ended(clock.us, 2);
  clock.passMs(10 * BRING_UP_MS);
  watchdog.alive();
  equal(did(), ["pet"]);
});

spec("where no reset may follow, the device is petted whatever becomes of the runtime", () => {
  const { clock, watchdog, did } = bench({ mayReset: false });
  did();
  clock.passMs(10 * BRING_UP_MS);
  watchdog.alive();
  equal(did(), ["pet"]);
});

spec("a device that takes no pets is told once and tried again", () => {
  const { watchdog, did, break: breakIt } = bench();
  did();
  breakIt();
  watchdog.alive();
  watchdog.alive();
  equal(did(), ["lost EIO"]);
});

spec("an orderly stop closes the device once, and pets it no more", () => {
  const { watchdog, did } = bench();
  did();
  watchdog.close();
  watchdog.close();
  watchdog.alive();
  equal(did(), ["close"]);
});
