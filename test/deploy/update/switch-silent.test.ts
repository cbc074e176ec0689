import { equal, is, match } from "uvu/assert";
import type { DeviceFacts } from "../../../deploy/board/overview.ts";
import type { GateFacts } from "../../../deploy/update/gate.ts";
import { type BoardPicture, NO_PICTURE } from "../../../deploy/update/picture.ts";
import type { SlotRecord } from "../../../deploy/update/slot-record.ts";
import { firstRecord, written } from "../../../deploy/update/slot-steps.ts";
import { switchOver } from "../../../deploy/update/switch.ts";
import { spec } from "../../harness/spec.ts";

const LIVE: BoardPicture = { ...NO_PICTURE, broker: "live" };

/** A board that answers, or does not, in each second; with its pump on or off. */
async function switched(answerAt: (second: number) => "on" | "off" | undefined) {
  let record: SlotRecord = written(firstRecord("aa".repeat(16)), "bb".repeat(16));
  let second = 0;
  let kept: BoardPicture | undefined;
  const waits: string[] = [];
  const devices = (value: boolean) => [
    { id: "pump", readings: [{ name: "on", value, quality: "good" }] } as unknown as DeviceFacts,
  ];
  await switchOver({
    records: {
      read: () => record,
      write: (next) => {
        record = next;
      },
    },
    flags: {},
    facts: async (): Promise<GateFacts> => {
      const answer = answerAt(second);
      return {
        devices: answer === undefined ? undefined : devices(answer === "on"),
        outputs: [{ device: "pump", safe: "off" }],
        minute: undefined,
        flips: [],
        from: undefined,
        to: { version: "1.0.0", created: "2026-11-02T12:00:00Z" },
      };
    },
    renewed: async () => false,
    picture: async () => {
      if (answerAt(second + 0.5) === undefined) throw new Error("no answer");
      return LIVE;
    },
    keep: (picture) => {
      kept = picture;
    },
    levels: () => {},
    restart: async () => {},
    sleep: async () => void second++,
    onWait: (words) => void waits.push(`${second} ${words.join()}`),
    onRestart: () => {},
  });
  is(record.trying, "b");
  return { second, kept, waits };
}

spec("a board that answers is asked once, and its picture is what the trial compares with", async () => {
  equal(await switched(() => "off"), { second: 0, kept: LIVE, waits: [] });
});

spec("one that does not answer for a moment may have outputs on, and is not without devices", async () => {
  const slow = await switched((second) => (second < 5 ? undefined : second < 8 ? "on" : "off"));
  is(slow.second, 8);
  is(slow.kept, LIVE);
  match(slow.waits[0]!, "0 the board's program does not answer");
  match(slow.waits[1]!, "5 pump is on");
  // It falls silent between both questions.
  const hiccup = await switched((second) => (second === 0.5 ? undefined : "off"));
  equal([hiccup.second, hiccup.kept], [1, LIVE]);
});

spec("one that never answers drives nothing, and has nothing to lose", async () => {
  const dead = await switched(() => undefined);
  equal([dead.second, dead.kept], [9, NO_PICTURE]);
});
