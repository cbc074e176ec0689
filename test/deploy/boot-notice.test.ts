import { equal, is, ok } from "uvu/assert";
import type { BootVerdict } from "../../deploy/board/boot-history.ts";
import { bootEnvironment, bootStatus, markBoot, readBootNotice } from "../../deploy/board/boot-notice.ts";
import { spec } from "../harness/spec.ts";

const verdict: BootVerdict = { cause: "watchdog", watchdogBoots: 1, mayReset: true, keptSafe: false };

spec("the runtime hears of its boot through its environment, or knows nothing of it", () => {
  const notice = { bootId: "x", ...verdict };
  equal(readBootNotice(bootEnvironment(notice)), notice);
  is(readBootNotice({}), undefined);
  equal(bootStatus(undefined), {});
});

spec("status says why the board came up, and raises an alarm only where outputs are kept safe", () => {
  equal(bootStatus({ bootId: "x", ...verdict }), { boot: { cause: "watchdog", watchdogBoots: 1 } });
  const { alarm } = bootStatus({ bootId: "x", ...verdict, watchdogBoots: 3, keptSafe: true });
  ok(String(alarm).includes("3 times within an hour"));
});

spec(
  "how long a boot has lived is written every ten minutes until an hour is full, then no more",
  async () => {
    const written: number[] = [];
    const failures: string[] = [];
    let minutes = 3; // of the system, before the runtime came up
    let mark: (() => void) | undefined;
    const lived = async (min: number) => {
      written.push(min);
      if (min === 23) throw new Error("ENOSPC");
    };
    markBoot(
      { lived },
      () => minutes * 60,
      (why) => failures.push(why),
      (ms, run) => {
        is(ms, 600_000);
        mark = run;
        return () => {
          mark = undefined;
        };
      },
    );
    for (let i = 0; i < 12; i++) {
      minutes += 10;
      mark?.();
    }
    await new Promise((done) => setImmediate(done));
    equal(written, [13, 23, 33, 43, 53, 60]);
    equal(failures, ["ENOSPC"], "told, and tried again with the next");
  },
);
