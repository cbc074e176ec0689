/** Runs twice: a guardian that hangs has the guest reset, and the next boot knows why. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is } from "uvu/assert";
import { ThisBoot } from "../../deploy/board/this-boot.ts";
import { spec } from "../harness/spec.ts";
import { LIMIT_S, petted, startWatched, watchdogSays } from "./fixtures/watchdog.ts";

/** Kept over the reset: the disk of this guest. */
const STATE = "/results/state";
const CARD_RESET = 32;
const boots = Number(readFileSync("/results/boots", "utf8"));
const fail = (why: string) => {
  throw new Error(why);
};

spec(
  "a guardian that hangs has the board reset, and the next boot knows that the watchdog did it",
  async (t) => {
    const boot = new ThisBoot(STATE, "greenhouse", undefined);
    await boot.begin(fail);
    const { bootId: _, ...verdict } = await boot.notice();
    if (boots === 1) {
      equal(verdict, { cause: "first", watchdogBoots: 0, mayReset: true, keptSafe: false });
      const { rig } = await startWatched(t);
      is(await rig.call({ op: "write", line: "GPIO17", level: 1 }), 1);
      process.kill(rig.guardian!.pid!, "SIGSTOP");
      await sleep(5 * LIMIT_S * 1000);
      throw new Error(`no reset within ${5 * LIMIT_S} s`);
    }
    is(Number(watchdogSays("bootstatus")), CARD_RESET);
    equal(verdict, { cause: "watchdog", watchdogBoots: 1, mayReset: true, keptSafe: false });
    const { rig, header } = await startWatched(t);
    is(header.level("GPIO17"), 0, "nothing was left on");
    is((await petted(rig)).limitS, LIMIT_S, "petted again");
  },
  { limitMs: 10_000 },
);
