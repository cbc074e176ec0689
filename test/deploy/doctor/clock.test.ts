import { equal, is } from "uvu/assert";
import { checkClock } from "../../../deploy/doctor/checks/clock.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, said } from "./a-machine.ts";

const nowMs = Date.UTC(2026, 11, 24, 18);
const set = (nowMs: number, synchronised: boolean | undefined) =>
  said(checkClock, aMachine({ clock: { nowMs, synchronised } }))[0]?.split(" → ")[0];

spec("a clock before the build cannot be right, whatever keeps it", () => {
  is(
    set(0, true),
    "problem clock.set: it is 1970-01-01T00:00:00.000Z here, which is before this release was built: readings are published without a time",
  );
});

spec("a clock is kept, or nothing keeps it, or the system does not say", () => {
  is(set(nowMs, true), "ok clock.set: it is 2026-12-24T18:00:00.000Z, kept by NTP or another source");
  is(
    set(nowMs, false)?.startsWith(
      "advice clock.set: it is 2026-12-24T18:00:00.000Z here, but nothing keeps the clock",
    ),
    true,
  );
  is(
    set(nowMs, undefined),
    "ok clock.set: it is 2026-12-24T18:00:00.000Z; whether that is so the system does not say",
  );
});

spec("a clock with a battery is named, and missed on a board only", () => {
  is(said(checkClock, aMachine())[1], "ok clock.battery: a clock of its own: rtc-ds1307 1-0068");
  const files = { sys: { class: { rtc: {} } } };
  const without = aMachine({ files: { sys: { class: { rtc: undefined } } } });
  is(said(checkClock, without)[1]?.split(":")[0], "advice clock.battery");
  equal(said(checkClock, aMachine({ bare: true, files })).length, 1);
});
