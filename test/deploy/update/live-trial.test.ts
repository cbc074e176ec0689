import { equal, is, match } from "uvu/assert";
import type { CodeReply, CodeState } from "../../../deploy/code/code-messages.ts";
import { liveTrial } from "../../../deploy/update/live-trial.ts";
import type { SlotRecord } from "../../../deploy/update/slot-record.ts";
import { firstRecord, written } from "../../../deploy/update/slot-steps.ts";
import { TRIAL_TIMES } from "../../../deploy/update/trial.ts";
import { spec } from "../../harness/spec.ts";

const OLD = "aa".repeat(16);
const NEW = "bb".repeat(16);

interface Story {
  /** What the board says of its code, by second, once it was asked to try it. */
  readonly code?: (second: number) => Partial<CodeState> | undefined;
  readonly refused?: string;
  readonly modeAt?: (second: number) => string;
  /** It is taken back when it is told to. */
  readonly comesBack?: boolean;
  /** How often it does not answer when it is told to keep it; from the second time on it has heard it. */
  readonly silent?: number;
}

/** A board by hand: the clock is the sleep's, what is done is written down. */
function board({
  code = () => ({ phase: "trial" }),
  refused,
  modeAt = () => "full",
  comesBack = true,
  silent = 0,
}: Story) {
  let record: SlotRecord = written(firstRecord(OLD), NEW);
  let nowMs = 0;
  let told: CodeState["phase"] | undefined;
  const trace: string[] = [];
  const state = (): CodeState => {
    const now = code(nowMs / 1000);
    if (now === undefined) throw new Error("no answer");
    return {
      phase: "trial",
      release: NEW,
      cells: ["pump"],
      cause: null,
      crashed: false,
      ...now,
      ...(told && { phase: told }),
    };
  };
  const look = async () => {
    const facts = { kind: "actuator", driver: "relay", restarts: 0, cause: null, ready: true, misses: 0 };
    const readings = [{ name: "on", unit: "", value: false, quality: "good" as const }];
    const devices = [{ id: "pump", mode: modeAt(nowMs / 1000), ...facts, readings }];
    return { incarnation: 7, devices, jobs: [], broker: "live" as const, links: null };
  };
  const plan = {
    records: {
      read: () => record,
      write(next: SlotRecord) {
        record = next;
        trace.push(`record: active ${next.active}, trying ${next.trying ?? "none"}, ${next.outcome}`);
      },
    },
    code: {
      state: async () => state(),
      async tryOut(): Promise<CodeReply> {
        trace.push("try");
        return refused === undefined ? state() : { refused };
      },
      async keep(): Promise<CodeReply> {
        trace.push("keep");
        const times = trace.filter((line) => line === "keep").length;
        if (times > 1 || silent === 0) told = "kept";
        if (times <= silent) throw new Error("no answer");
        return state();
      },
      async takeBack(): Promise<CodeReply> {
        trace.push("take back");
        if (comesBack) told = "takenBack";
        return state();
      },
    },
    ...{ release: NEW, version: "2.0.0", slot: "b" as const, times: TRIAL_TIMES, retry: false, look },
    keep: () => void trace.push("picture"),
    note: ({ slot, beside }: { slot: string; beside: string }) =>
      void trace.push(`note ${slot} beside ${beside}`),
    restart: async () => void trace.push("restart"),
    sleep: async (ms: number) => {
      nowMs += ms;
    },
    nowMs: () => nowMs,
    onView: () => {},
  };
  return { plan, trace, record: () => record };
}

const TRIED = ["try", "picture", "record: active a, trying b, none"];

spec("code under which all that was good stays good is kept, and the release is the active one", async () => {
  const { plan, trace } = board({});
  equal(await liveTrial(plan), { how: "confirmed", reason: "", restarted: false });
  equal(trace, [...TRIED, "keep", "note b beside a", "record: active b, trying none, confirmed"]);
});

spec(
  "a board that is too busy to hear that it stays is told again, and one that does not answer has kept it",
  async () => {
    const { plan, trace } = board({ silent: 2 });
    equal(await liveTrial(plan), { how: "confirmed", reason: "", restarted: false });
    equal(trace, [...TRIED, "keep", "keep", "note b beside a", "record: active b, trying none, confirmed"]);
  },
);

spec("what the board cannot do live changes nothing, and may go by its slot", async () => {
  const { plan, trace } = board({ refused: "pump and led share a cell" });
  equal(await liveTrial(plan), { how: "refused", reason: "pump and led share a cell" });
  equal(trace, ["try"]);
  const late = board({ code: () => ({ phase: "takenBack", cause: "pump: it cannot" }) });
  equal(await liveTrial(late.plan), { how: "refused", reason: "pump: it cannot" });
  is(late.record().trying, undefined);
});

spec("a device that goes down its ladder has it taken back live, and remembered", async () => {
  const { plan, trace, record } = board({ modeAt: (second) => (second > 20 ? "safe" : "full") });
  const end = await liveTrial(plan);
  equal([end.how, "restarted" in end && end.restarted], ["reverted", false]);
  match(end.reason, /pump: safe, was full/);
  equal(trace, [...TRIED, "take back", "record: active a, trying none, reverted"]);
  equal(record().refused, [NEW]);
});

spec("code that crashed while it was loaded is no good; it is not tried by its slot", async () => {
  const { plan, record } = board({
    code: () => ({ phase: "takenBack", cause: "pump: hung", crashed: true }),
  });
  equal(await liveTrial(plan), { how: "reverted", reason: "pump: hung", restarted: false });
  equal(record().refused, [NEW]);
});

spec("a runtime that was started again has the old code: that is the end of it", async () => {
  const { plan, trace } = board({ code: (second) => ({ phase: second > 10 ? "own" : "trial" }) });
  const end = await liveTrial(plan);
  equal([end.how, end.reason], ["reverted", "the board's program was started again"]);
  is(trace.includes("restart"), false);
});

spec("code that does not go back live goes by slot: the board starts again", async () => {
  const { plan, trace } = board({ comesBack: false, modeAt: (second) => (second > 20 ? "off" : "full") });
  const end = await liveTrial(plan);
  equal([end.how, "restarted" in end && end.restarted], ["reverted", true]);
  equal(trace.slice(-3), ["take back", "record: active a, trying none, reverted", "restart"]);
});
