import { equal, is, match, ok } from "uvu/assert";
import { rightsBook } from "../../../deploy/config/rights-schema.ts";
import { readingDoor } from "../../../deploy/links/reading-door.ts";
import { observing } from "../../../devices/handler/contracts.ts";
import type { DevicePlan } from "../../../devices/handler/device-plan.ts";
import { InputSource, type Sampled } from "../../../devices/handler/input-source.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { TalkMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { spec } from "../../harness/spec.ts";
import { demoPlan } from "../demo-board.ts";
import { TwoLinkedBoards } from "./two-linked-boards.ts";

const INPUT = {
  ...{ device: "soil@greenhouse", reading: "moisture", unit: "%", maxAgeMs: 15_000 },
  abroad: { board: "greenhouse", door: "soil.readings", desk: "board@greenhouse" },
};

/** The soil of the greenhouse, measured each two seconds, and its door. */
function soil(boards: TwoLinkedBoards, { readBy = "pumphouse", everyMs = 2000 } = {}) {
  const world = { percent: 20 as number | undefined };
  const { greenhouse } = boards.bench;
  const plan = demoPlan("soil");
  const often: DevicePlan = {
    ...plan,
    job: { ...plan.job, everyMs },
    modes: plan.modes.map((mode) =>
      mode.mode === "full" ? { ...mode, job: { ...plan.job, everyMs } } : mode,
    ),
  };
  boards.device(greenhouse, often, {
    *start() {},
    *sample() {
      yield* [];
      return [{ reading: "moisture", value: world.percent }];
    },
  });
  greenhouse.kernel.cell.spawn(function* (self: Self) {
    self.publish("board");
    yield* self.receive();
  }, []);
  const rights = rightsBook({ boards: { [readBy]: { read: ["soil"] } } });
  const offences: string[] = [];
  const add = (what: string, peer: string, why: string) => void offences.push(`${what} ${peer}: ${why}`);
  greenhouse.kernel.cell.spawn(
    (self: Self<TalkMessage>) =>
      readingDoor(self, { device: "soil", readings: ["moisture"], rights }, { add }),
    [],
  );
  return { world, offences };
}

/** A process of the pump house that follows it as a controller does, looking once a second. */
function follower(boards: TwoLinkedBoards) {
  const heard: (Sampled & { readonly atUs: number })[] = [];
  const seen = { trouble: undefined as string | undefined };
  const pid: Pid = boards.bench.pumphouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    const source = new InputSource(self, INPUT);
    for (let nextUs = self.nowUs(); ; ) {
      const message = yield* self.receive(undefined, { untilUs: nextUs });
      const sampled = message && source.take(message);
      if (sampled !== undefined) heard.push({ ...sampled, atUs: self.nowUs() });
      if (message !== undefined) continue;
      source.follow();
      seen.trouble = source.trouble;
      nextUs += 1_000_000;
    }
  }, []);
  return { heard, seen, pid };
}

spec("samples come with their value, quality and age, by the clock of who follows", async () => {
  const boards = new TwoLinkedBoards();
  const { world } = soil(boards);
  const { heard } = follower(boards);
  await boards.pass(9);
  ok(heard.length >= 4, `${heard.length} samples in 9 s`);
  for (const { reading, atUs } of heard) {
    equal(
      [reading.device, reading.reading, reading.value, reading.quality],
      ["soil@greenhouse", "moisture", 20, "good"],
    );
    const ageMs = (atUs - reading.sampledAtUs) / 1000;
    ok(ageMs >= 0 && ageMs < 2100, `${ageMs} ms old`);
  }
  equal(
    heard.map(({ isFirst }) => isFirst),
    heard.map((_, index) => index === 0),
  );
  world.percent = undefined;
  await boards.pass(3);
  equal([heard.at(-1)!.reading.value, heard.at(-1)!.reading.quality], [null, "bad"]);
});

spec(
  "after a cut nothing comes, and who follows knows why; after the heal it is followed again",
  async () => {
    const boards = new TwoLinkedBoards();
    soil(boards);
    const { heard, seen } = follower(boards);
    await boards.pass(5);
    is(seen.trouble, undefined);
    boards.bench.cut(true);
    await boards.pass(6);
    is(seen.trouble, "noconnection: greenhouse is out of reach");
    const before = heard.length;
    boards.bench.cut(false);
    await boards.pass(12);
    is(seen.trouble, undefined);
    ok(heard.length > before);
    is(heard[before]!.isFirst, true, "it may be old");
  },
);

spec(
  "who may not read is refused and told of, and says so itself; a reading that there is not ends the talk",
  async () => {
    const boards = new TwoLinkedBoards();
    const { offences } = soil(boards, { readBy: "shed" });
    const { heard } = follower(boards);
    await boards.pass(6);
    equal(heard, []);
    ok(offences.length >= 1);
    is(offences[0], "notAllowed pumphouse: pumphouse may not read soil");

    const other = new TwoLinkedBoards();
    soil(other);
    const ends: string[] = [];
    other.bench.pumphouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
      while (self.whereis("soil.readings@greenhouse") === undefined) yield* self.sleep(100);
      const talk = openConversation(self, observing, "controller", self.whereis("soil.readings@greenhouse")!);
      talk.send({ type: "subscribe", reading: "colour" });
      const heard = yield* talk.receive();
      if (heard?.type === "down") ends.push(JSON.stringify(heard.reason));
    }, []);
    await other.pass(5);
    match(ends[0]!, /soil measures no \\"colour\\"/);
  },
);

spec("a device that measures quickly costs the link two samples a second", async () => {
  const boards = new TwoLinkedBoards();
  soil(boards, { everyMs: 50 });
  const { heard, pid } = follower(boards);
  await boards.pass(10);
  ok(heard.length >= 15 && heard.length <= 22, `${heard.length} samples in 10 s`);
  // Nobody follows any more: the door lets go, and starts anew for the next one.
  boards.bench.pumphouse.kernel.cell.exit(undefined, pid, "killed");
  await boards.pass(2);
  const next = follower(boards);
  await boards.pass(3);
  ok(next.heard.length >= 4, `${next.heard.length} samples`);
});
