/** Who brought a release was killed before it was judged: what the next one makes of the record. */
import { equal, is, match } from "uvu/assert";
import type { CodePhase } from "../../../deploy/code/code-messages.ts";
import { endAbandoned } from "../../../deploy/update/abandoned-trial.ts";
import type { Slot, SlotRecord } from "../../../deploy/update/slot-record.ts";
import { firstRecord, onTrial, written } from "../../../deploy/update/slot-steps.ts";
import { spec } from "../../harness/spec.ts";
import { failureOf } from "./failure-of.ts";

const [OLD, NEW] = ["aa".repeat(16), "bb".repeat(16)];
const ON_TRIAL = onTrial(written(firstRecord(OLD), NEW));

/** A board whose code is in this phase; `back`: it goes back when it is asked to. */
function board(phase: CodePhase, { runs = "a" as Slot, back = true, record = ON_TRIAL } = {}) {
  const trace: string[] = [];
  const state = { phase, release: NEW, cells: [], cause: null, crashed: false };
  const now: { record: SlotRecord; phase: CodePhase; ms: number } = { record, phase, ms: 0 };
  const answer = async () => ({ ...state, phase: now.phase });
  const end = endAbandoned({
    records: {
      read: () => now.record,
      write: (next) => {
        now.record = next;
        trace.push(`${next.outcome} ${next.active}`);
      },
    },
    live: {
      runs: () => runs,
      open: () => Promise.reject(new Error("nothing is opened")),
      closeUnused: async () => void trace.push("closed"),
      note: ({ slot, beside }) => trace.push(`live ${slot} beside ${beside}`),
      nowMs: () => now.ms,
      code: {
        state: answer,
        tryOut: answer,
        keep: answer,
        takeBack: async () => {
          if (back) now.phase = "takenBack";
          return answer();
        },
      },
    },
    sleep: async (ms) => {
      now.ms += ms;
    },
  });
  return { end, trace, now };
}

spec("code on trial that nobody judges any more goes back, and its release may come again", async () => {
  const { end, trace, now } = board("trial");
  await end;
  equal(trace, ["unreachable a", "closed"]);
  equal([now.phase, now.record.trying, now.record.refused], ["takenBack", undefined, []]);
  match(now.record.reason, "ended before it was judged");
});

spec("a record that says so before the board was started again is put right as well", async () => {
  const { end, trace } = board("own");
  await end;
  equal(trace, ["unreachable a", "closed"]);
});

spec("code that was kept is confirmed: only that was not written down any more", async () => {
  const { end, trace } = board("kept");
  await end;
  equal(trace, ["live b beside a", "confirmed b"]);
});

spec("a trial after a restart is somebody else's, and without one there is nothing to end", async () => {
  for (const { end, trace } of [
    board("own", { runs: "b" }),
    board("own", { record: written(firstRecord(OLD), NEW) }),
  ]) {
    await end;
    equal(trace, []);
  }
});

spec("a board that does not say that it is back is left as it is, with what helps", async () => {
  const { end, trace, now } = board("trial", { back: false });
  const { code, message } = await failureOf(end);
  is(code, "busy");
  match(message, "release bbbbbbbbbbbb is on trial");
  match(message, "holdfast reboot");
  equal([trace, now.record.trying], [[], "b"]);
});
