/** A linked board without a right: what it may not do for itself it cannot keep from others either. */
import { equal, is, match, ok } from "uvu/assert";
import { rightsBook } from "../../../deploy/config/rights-schema.ts";
import { type BoardDesk, boardDesk } from "../../../deploy/links/board-desk.ts";

import { readingDoor } from "../../../deploy/links/reading-door.ts";
import { driving, observing } from "../../../devices/handler/contracts.ts";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { getState, replaceState, stop, suspend } from "../../../runtime/behaviour/system-message.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Conversation } from "../../../runtime/protocol/conversation.ts";
import type { TalkMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { spec } from "../../harness/spec.ts";
import { quiet, TwoLinkedBoards } from "./two-linked-boards.ts";

const NOTHING = { add: () => {} };

spec(
  "the desk of a board takes no system requests of others: it says what it says, and spawns what it may",
  async () => {
    const boards = new TwoLinkedBoards();
    const { greenhouse, pumphouse } = boards.bench;
    const about = { board: "greenhouse", hardware: "emulated", version: "1", life: 1 } as const;
    const plan = { about, rights: rightsBook({}), modules: {} };
    greenhouse.kernel.cell.spawn(boardDesk(NOTHING), [plan]);
    const came: unknown[] = [];
    pumphouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
      const desk = addressOf<BoardDesk>("board@greenhouse");
      yield* self.receive(undefined, { within: 1000 });
      const other = { version: 1, state: { ...plan, about: { ...about, version: "theirs" } } };
      for (const ask of [
        () => getState(self, "board@greenhouse", { within: 500 }),
        () => replaceState(self, "board@greenhouse", other.state, { within: 500 }),
        () => suspend(self, "board@greenhouse", { within: 500 }),
        () => stop(self, "board@greenhouse", "normal", { within: 500 }),
      ])
        try {
          came.push(yield* ask());
        } catch (error) {
          came.push((error as Error).name);
        }
      came.push(yield* call(self, desk, { type: "about" }));
    }, []);
    await boards.pass(8);
    equal(came, [...new Array(4).fill("CallError"), about]);
  },
);

spec("the desk lives on whatever is asked of it", async () => {
  const boards = new TwoLinkedBoards();
  const { greenhouse, pumphouse } = boards.bench;
  const about = { board: "greenhouse", hardware: "emulated", version: "1", life: 1 } as const;
  greenhouse.kernel.cell.spawn(boardDesk(NOTHING), [{ about, rights: rightsBook({}), modules: {} }]);
  const came: unknown[] = [];
  pumphouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    yield* self.receive(undefined, { within: 1000 });
    const desk = addressOf<BoardDesk>("board@greenhouse");
    for (const module of [{ toString: 1, valueOf: 1 }, null, ["x"], "x"])
      try {
        came.push(yield* call(self, desk, { type: "spawn", module: module as string, name: "x", args: [] }));
      } catch (error) {
        came.push((error as { code?: string }).code);
      }
    came.push((yield* call(self, desk, { type: "about" })).board);
  }, []);
  await boards.pass(8);
  equal(came, ["failed", "failed", "failed", "notAllowed", "greenhouse"]);
});

/** A process of the greenhouse that opens so many conversations with a door, and says nothing in them. */
function idlers(
  boards: TwoLinkedBoards,
  door: string,
  protocol: typeof driving | typeof observing,
  count: number,
) {
  boards.bench.greenhouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    for (let opened = 0; opened < count; opened++)
      openConversation(self, protocol as typeof driving, "controller", self.whereis(door)!);
    yield* quiet(self);
  }, []);
}

/** What the last of these heard. */
function asks(boards: TwoLinkedBoards, door: string, names: readonly string[]) {
  const answers: string[] = [];
  boards.bench.greenhouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    const talk = openConversation(self, driving, "controller", self.whereis(door)!);
    for (const controller of names)
      talk.send({ type: "drive", controller, level: 1, forMs: 1000, sampledAtUs: 0, fresh: true });
    while (!talk.over) {
      const heard = (yield* talk.receive()) as { type: string; code?: string; reason?: unknown };
      answers.push(heard.code === undefined ? heard.type : `${heard.code}: ${heard.reason}`);
    }
  }, []);
  return answers;
}

spec("who may not command an output takes no more than half of the places at its door", async () => {
  const boards = new TwoLinkedBoards({ lentTo: "elsewhere" });
  await boards.pass(1);
  idlers(boards, "pump.output@pumphouse", driving, 8);
  await boards.pass(2);
  const ninth = asks(boards, "pump.output@pumphouse", ["watering"]);
  await boards.pass(2);
  equal(ninth, ["down"], "no place for it, and eight for those who may");
});

spec("a conversation commands in one name", async () => {
  const boards = new TwoLinkedBoards();
  await boards.pass(1);
  const answers = asks(boards, "pump.output@pumphouse", ["watering", "cleaning", "watering"]);
  await boards.pass(3);
  equal(answers.sort(), ["driven", "driven", "notAllowed: it commands pump as watering@greenhouse already"]);
});

spec("whoever asks for what is not measured, again and again, keeps nobody from a reading", async () => {
  const boards = new TwoLinkedBoards();
  const { greenhouse, pumphouse } = boards.bench;
  const rights = rightsBook({ boards: { greenhouse: { read: ["soil"] } } });
  pumphouse.kernel.cell.spawn(
    (self: Self<TalkMessage>) =>
      readingDoor(self, { device: "soil", readings: ["moisture"], rights }, NOTHING),
    [],
  );
  await boards.pass(1);
  const whys: string[] = [];
  let last: Conversation<typeof observing.spec, "controller"> | undefined;
  greenhouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    const ask = (reading: string) => {
      last = openConversation(self, observing, "controller", self.whereis("soil.readings@pumphouse")!);
      last.send({ type: "subscribe", reading });
      return last;
    };
    for (let times = 0; times < 100; times++) {
      const heard = yield* ask("colour").receive();
      if (heard?.type === "down") whys.push(JSON.stringify(heard.reason));
    }
    ask("moisture");
    yield* quiet(self);
  }, []);
  await boards.pass(30);
  is(whys.length, 100);
  for (const why of whys) match(why, /soil measures no \\"colour\\"/);
  ok(last?.over === false, "and the one that is measured is followed");
});
