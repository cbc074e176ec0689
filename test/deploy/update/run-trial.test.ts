import { equal, is, match } from "uvu/assert";
import { readBefore } from "../../../deploy/update/before-update.ts";
import type { UpdateNotice } from "../../../deploy/update/notice.ts";
import { type BoardPicture, NO_PICTURE } from "../../../deploy/update/picture.ts";
import { runTrial } from "../../../deploy/update/run-trial.ts";
import type { Slot, SlotRecord } from "../../../deploy/update/slot-record.ts";
import { atBoot, firstRecord, onTrial, told, written } from "../../../deploy/update/slot-steps.ts";
import { TRIAL_TIMES } from "../../../deploy/update/trial.ts";
import { spec } from "../../harness/spec.ts";

const OLD = "aa".repeat(16);
const NEW = "bb".repeat(16);
const GOOD: BoardPicture = {
  ...NO_PICTURE,
  devices: { pump: { mode: "full", good: ["on"] } },
  broker: "live",
};

/** A board by hand: the clock is the sleep's, what is done is written down. */
function board(
  start: SlotRecord | undefined,
  overviewAt: (second: number) => { mode: string; broker: "live" | "offline" } | undefined,
  against: (second: number) => readonly string[] | undefined = () => [],
) {
  let record = start;
  let nowMs = 0;
  const trace: string[] = [];
  const run = {
    records: {
      read: () => record,
      write: (next: SlotRecord) => {
        record = next;
        trace.push(`write ${next.active} ${next.outcome} ${next.told ? "told" : "untold"}`);
      },
    },
    runs: "b" as Slot | undefined,
    before: () => ({ release: NEW, version: "2.0.0", picture: GOOD, times: TRIAL_TIMES }),
    look: async () => {
      const found = overviewAt(nowMs / 1000);
      if (found === undefined) throw new Error("no answer");
      const facts = { kind: "actuator", driver: "relay", restarts: 0, cause: null, ready: true, misses: 0 };
      const readings = [{ name: "on", unit: "", value: false, quality: "good" as const }];
      const devices = [{ id: "pump", mode: found.mode, ...facts, readings }];
      return { incarnation: 1, devices, jobs: [], broker: found.broker, links: null };
    },
    notice: ({ state, version, reason }: UpdateNotice) =>
      void trace.push(`say ${state} ${version} ${reason}`.trim()),
    restart: async () => void trace.push("restart"),
    against: async () => against(nowMs / 1000),
    nowMs: () => nowMs,
    at: () => null,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  return { run, trace, record: () => record!, seconds: () => nowMs / 1000 };
}

const trying = () => atBoot(onTrial(written(firstRecord(OLD), NEW))).write!;

spec("a release that holds is confirmed, which is said", async () => {
  const { run, trace, record, seconds } = board(trying(), () => ({ mode: "full", broker: "live" }));
  is(await runTrial(run), "confirmed");
  equal(trace, [
    "say trial 2.0.0",
    "write b confirmed untold",
    "say confirmed 2.0.0",
    "write b confirmed told",
  ]);
  is(seconds(), 121);
  equal(record().refused, []);
});

spec("a release that does not hold is reverted and refused, and told by the one before", async () => {
  const { run, trace, record } = board(trying(), () => ({ mode: "safe", broker: "live" }));
  is(await runTrial(run), "reverted");
  equal(trace, ["say trial 2.0.0", "write a reverted untold", "restart"]);
  equal(record().refused, [NEW]);
  const after = board(record(), () => undefined);
  is(await runTrial(after.run), "reverted");
  equal(after.trace, ["say reverted 2.0.0 pump: safe, was full", "write a reverted told"]);
});

spec(
  "one that does not hold goes back when its outputs are safe, and says until then what it waits for",
  async () => {
    const heater = ["heater is on: until it is safe"];
    const shut = (second: number) =>
      second < 640 ? heater : second < 650 ? ["updateWindow is 02:00-04:00"] : [];
    const { run, trace, record, seconds } = board(trying(), () => ({ mode: "safe", broker: "live" }), shut);
    is(await runTrial(run), "reverted");
    const why = "say trial 2.0.0 goes back: pump: safe, was full; waits:";
    equal(trace, [
      "say trial 2.0.0",
      `${why} heater is on: until it is safe`,
      `${why} updateWindow is 02:00-04:00`,
      "write a reverted untold",
      "restart",
    ]);
    is(seconds(), 650);
    is(record().reason, "pump: safe, was full");
  },
);

spec("whatever is on, it goes back after ten minutes", async () => {
  const { run, trace, seconds } = board(
    trying(),
    () => ({ mode: "safe", broker: "live" }),
    () => ["heater is on"],
  );
  is(await runTrial(run), "reverted");
  equal(trace.slice(-2), ["write a reverted untold", "restart"]);
  is(seconds(), 600 + 600);
});

spec("a board that does not answer ten questions in a row drives nothing; one that is slow may", async () => {
  const slow = (second: number) => (second === 605 ? ["heater is on"] : undefined);
  const { run, seconds } = board(trying(), () => ({ mode: "safe", broker: "live" }), slow);
  is(await runTrial(run), "reverted");
  is(seconds(), 615);
});

spec("where nothing was to be waited for on the way there, nothing is on the way back", async () => {
  const { run, seconds } = board(
    trying(),
    () => ({ mode: "safe", broker: "live" }),
    () => ["heater is on"],
  );
  const before = () => ({ ...run.before(), now: true });
  is(await runTrial({ ...run, before }), "reverted");
  is(seconds(), 600);
});

spec("while it waits the release is still on trial: a board that loses its power takes a try", async () => {
  const { run, record, trace } = board(
    trying(),
    () => ({ mode: "safe", broker: "live" }),
    () => ["heater is on"],
  );
  const cut = new Error("the power is cut");
  const sleep = async (ms: number) => {
    if (run.nowMs() >= 700_000) throw cut;
    await run.sleep(ms);
  };
  await runTrial({ ...run, sleep }).then(
    () => equal("it ended", "it was cut"),
    (error) => is(error, cut),
  );
  is(record().trying, "b");
  is(trace.filter((line) => line.startsWith("write")).length, 0);
});

spec("one without a link goes back after half an hour and is not refused", async () => {
  const { run, trace, record, seconds } = board(trying(), () => ({ mode: "full", broker: "offline" }));
  is(await runTrial(run), "unreachable");
  equal(trace, ["say trial 2.0.0", "write a unreachable untold", "restart"]);
  equal(record().refused, []);
  is(seconds(), 1800);
});

spec("one that never answers is reverted after three minutes", async () => {
  const { run, record, seconds } = board(trying(), () => undefined);
  is(await runTrial(run), "reverted");
  is(record().reason, "the board's program has not answered for 180 s");
  is(seconds(), 180);
});

spec(
  "one whose notes of before are lost is gone back from: nothing proves that no device was lost",
  async () => {
    const { run, trace, record } = board(trying(), () => ({ mode: "full", broker: "live" }));
    const before = (release: string | undefined) => readBefore("/nowhere/before.json", release);
    is(await runTrial({ ...run, before }), "reverted");
    equal(trace, ["say trial null", "write a reverted untold", "restart"]);
    match(record().reason, /how the board was before is not known/);
  },
);

spec("a fall-back that the boot program wrote down is told once", async () => {
  const fallen = atBoot({ ...trying(), triesLeft: 0 }).write!;
  const first = board(fallen, () => undefined);
  is(await runTrial(first.run), "fellBack");
  equal(first.trace, ["say fellBack 2.0.0 slot b did not hold in any of its boots", "write a fellBack told"]);
  const again = board(first.record(), () => undefined);
  is(await runTrial(again.run), "fellBack");
  equal(again.trace, []);
});

spec("without a release on trial there is nothing to do", async () => {
  for (const record of [undefined, firstRecord(OLD), told(firstRecord(OLD))]) {
    const { run, trace } = board(record, () => undefined);
    is(await runTrial(run), "none");
    equal(trace, []);
  }
});

spec("a release that goes live beside the slot that runs is judged by whoever brings it", async () => {
  const { run, trace } = board(onTrial(written(firstRecord(OLD), NEW)), () => undefined);
  is(await runTrial({ ...run, runs: "a" }), "none");
  equal(trace, []);
});
