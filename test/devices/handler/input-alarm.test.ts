import { equal, is } from "uvu/assert";
import { InputAlarm } from "../../../devices/handler/input-alarm.ts";
import type { Measurement } from "../../../devices/handler/task.ts";
import { spec } from "../../harness/spec.ts";

const seconds = (s: number) => s * 1_000_000;

/** A door on GPIO5 that is expected to move every 10 s, and what its alarm says. */
function bench(expectChangeMs = 10_000) {
  const trace: unknown[] = [];
  let heldSinceUs: number | undefined;
  const alarm = new InputAlarm(
    {
      id: "door",
      input: { line: "GPIO5", activeLow: false, bias: "none" },
      readings: { closed: { type: "boolean" }, other: { type: "boolean" } },
      ...(expectChangeMs < Infinity && { expectChangeMs }),
    },
    { heldSinceUs: () => heldSinceUs },
    0,
    {
      patch: ({ stuck }) => trace.push({ stuck }),
      event: ({ kind, line, cause }) => trace.push([kind, line, cause ?? ""].join(" ").trim()),
      doubt: (doubted) => trace.push(doubted ? "suspect" : "believed"),
    },
  );
  return {
    alarm,
    reads: (value: Measurement["value"], s: number) => alarm.took([{ reading: "closed", value }], seconds(s)),
    hold: (sinceS: number | undefined) => {
      heldSinceUs = sinceS === undefined ? undefined : seconds(sinceS);
    },
    said: () => trace.splice(0),
  };
}

spec("an input that does not change in time is stuck, told once, until it moves", () => {
  const { alarm, reads, said } = bench();
  equal(said(), [{ stuck: null }]);
  reads(false, 1);
  reads(true, 5);
  reads(true, 14);
  equal(said(), []);
  is(alarm.dueUs(), seconds(15));
  alarm.expire(seconds(15));
  equal(said(), [
    "inputStuck GPIO5 unchanged for 10s",
    { stuck: { why: "unchanged", forMs: 10_000 } },
    "suspect",
  ]);
  is(alarm.dueUs(), Infinity);
  reads(true, 16);
  alarm.expire(seconds(100));
  equal(said(), []);
  reads(false, 101);
  equal(said(), ["inputMoved GPIO5", { stuck: null }, "believed"]);
  is(alarm.dueUs(), seconds(111));
});

spec("an input that never was read, and one whose reading is missing, do not count as moved", () => {
  const { alarm, reads, said } = bench();
  reads(undefined, 1);
  reads(true, 2);
  reads(undefined, 3);
  reads(true, 4);
  alarm.took([{ reading: "other", value: true }], seconds(5));
  is(alarm.dueUs(), seconds(10));
  equal(said(), [{ stuck: null }]);
});

spec("one that its driver calls held is stuck at once, by the same alarm", () => {
  const { reads, hold, said, alarm } = bench();
  reads(false, 1);
  reads(true, 2);
  hold(2);
  reads(true, 7);
  equal(said(), [
    { stuck: null },
    "inputStuck GPIO5 held for 5s",
    { stuck: { why: "held", forMs: 5000 } },
    "suspect",
  ]);
  hold(undefined);
  reads(false, 8);
  equal(said(), ["inputMoved GPIO5", { stuck: null }, "believed"]);
  is(alarm.dueUs(), seconds(18));
});

spec("an input of which nothing is expected is never unchanged for too long", () => {
  const { alarm, reads, said } = bench(Infinity);
  reads(true, 1);
  alarm.expire(seconds(1e9));
  is(alarm.dueUs(), Infinity);
  equal(said(), [{ stuck: null }]);
});

spec("readings are suspect during a storm, also where the input moves meanwhile", () => {
  const { alarm, reads, said } = bench();
  reads(true, 1);
  said();
  alarm.storm(true);
  alarm.expire(seconds(10));
  reads(false, 12);
  equal(said(), [
    "suspect",
    "inputStuck GPIO5 unchanged for 10s",
    { stuck: { why: "unchanged", forMs: 10_000 } },
    "suspect",
    "inputMoved GPIO5",
    { stuck: null },
    "suspect",
  ]);
  alarm.storm(false);
  equal(said(), ["believed"]);
});
