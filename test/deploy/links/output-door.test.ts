import { equal, is, match, ok } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { controllerPlans } from "../../../deploy/config/plan.ts";
import { driving } from "../../../devices/handler/contracts.ts";
import type { ControllerPlan } from "../../../devices/handler/device-plan.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { spec } from "../../harness/spec.ts";
import { demoPlan, demoText } from "../demo-board.ts";
import { drySoil, foreignDoor, LEASE_MS, TwoLinkedBoards } from "./two-linked-boards.ts";

const DOOR = "pump.output@pumphouse";

/** A process of the greenhouse that asks for a level once a second, and notes what it is answered. */
function commander(
  boards: TwoLinkedBoards,
  controller: string,
  { times = Infinity, level = 1, forMs = 60_000 } = {},
) {
  const answers: string[] = [];
  const pid: Pid = boards.bench.greenhouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    let talk: ReturnType<typeof open> | undefined;
    const open = () => openConversation(self, driving, "controller", self.whereis(DOOR)!);
    for (let nextUs = self.nowUs(), sent = 0; ; ) {
      const message = yield* self.receive(undefined, { untilUs: nextUs });
      if (message !== undefined) {
        const heard = talk?.take(message);
        if (heard?.type === "refused") answers.push(`${heard.code}: ${heard.reason}`);
        else if (heard !== undefined) answers.push(heard.type);
        continue;
      }
      nextUs += 1_000_000;
      if (sent >= times || self.whereis(DOOR) === undefined) continue;
      if (talk === undefined || talk.over) talk = open();
      talk.send({ type: "drive", controller, level, forMs, sampledAtUs: self.nowUs(), fresh: true });
      sent++;
    }
  }, []);
  return { answers, pid };
}

spec(
  "a process of another board has the output while it renews; its last command ends with the lease",
  async () => {
    const boards = new TwoLinkedBoards();
    const { answers } = commander(boards, "watering", { times: 10 });
    await boards.pass(8);
    equal(boards.line, [[1, boards.line[0]![1]]]);
    equal(boards.states.pump!.lease, { by: "watering@greenhouse", forMs: LEASE_MS, remainingMs: LEASE_MS });
    await boards.pass(20);
    equal(answers, new Array(10).fill("driven"));
    const [on, off] = boards.line;
    equal([on![0], off![0], boards.line.length], [1, 0, 2]);
    // Ten commands in nine seconds, and then the lease of this board, whatever was asked for.
    is(off![1] - on![1], 9 + LEASE_MS / 1000);
    equal(boards.events, ["output 1", "commandExpired watering@greenhouse 0", "output 0"]);
    is(boards.states.pump!.lease, null);
  },
);

spec(
  "a commander that ends is released at once; one that is out of reach keeps the lease to its end",
  async () => {
    const boards = new TwoLinkedBoards();
    const first = commander(boards, "watering");
    await boards.pass(4);
    is(boards.line.at(-1)![0], 1);
    boards.kill(first.pid);
    await boards.pass(1);
    is(boards.line.at(-1)![0], 0);
    match(boards.events.at(-2)!, /^commandExpired watering@greenhouse it ended: killed$/);

    commander(boards, "watering");
    await boards.pass(3);
    is(boards.line.at(-1)![0], 1);
    const cutAt = boards.seconds;
    boards.bench.cut(true);
    // The link is lost after 3 s, and the pump runs on: its commander may live.
    await boards.pass(3.5);
    is(boards.line.at(-1)![0], 1);
    await boards.pass(4);
    is(boards.line.at(-1)![0], 0);
    const offAfter = boards.line.at(-1)![1] - cutAt;
    ok(offAfter >= 4 && offAfter <= LEASE_MS / 1000, `off ${offAfter} s after the cut`);
    match(boards.events.at(-2)!, /^commandExpired watering@greenhouse 0$/);
    boards.bench.cut(false);
    await boards.pass(15);
    is(boards.line.at(-1)![0], 1, "it renews again");
  },
);

spec("the first one keeps the output, the second is told whose it is, and gets it afterwards", async () => {
  const boards = new TwoLinkedBoards();
  const first = commander(boards, "watering");
  await boards.pass(3);
  const second = commander(boards, "cleaning");
  const third = commander(boards, "watering");
  await boards.pass(3);
  match(second.answers.at(-1)!, /^ownedBy: ownedBy watering@greenhouse$/);
  match(third.answers.at(-1)!, /^notAllowed: another process commands pump as watering@greenhouse$/);
  equal(
    boards.events.filter((event) => event.startsWith("refused cleaning")),
    ["refused cleaning@greenhouse ownedBy watering@greenhouse"],
    "told once",
  );
  boards.kill(third.pid);
  boards.kill(first.pid);
  await boards.pass(3);
  is(second.answers.at(-1), "driven");
  equal((boards.states.pump!.lease as { by: string }).by, "cleaning@greenhouse");
});

spec("who may not command it is refused with the reason and told of; nothing moves", async () => {
  const boards = new TwoLinkedBoards({ lentTo: "elsewhere" });
  const { answers } = commander(boards, "watering");
  await boards.pass(20);
  equal([...new Set(answers)], ["notAllowed: greenhouse may not command pump"]);
  equal(boards.line, []);
  const told = boards.events.filter((event) => event.startsWith("refused"));
  ok(told.length >= 5 && told.length < answers.length, `${told.length} of ${answers.length} were told`);
});

spec("nobody passes for a process of another board by its name", async () => {
  const boards = new TwoLinkedBoards();
  const { answers } = commander(boards, "watering@elsewhere");
  await boards.pass(4);
  match(answers[0]!, /^notAllowed: "watering@elsewhere" is no name of a controller$/);
  equal(boards.line, []);
});

spec("a set is refused with the owner over there; off and overrides are taken as ever", async () => {
  const boards = new TwoLinkedBoards();
  commander(boards, "watering");
  await boards.pass(3);
  boards.command({ values: { on: true } });
  await boards.pass(1);
  match(boards.events.at(-1)!, /^refused set: ownedBy watering@greenhouse: send "override": true/);
  boards.command({ values: { on: false } });
  await boards.pass(2);
  is(boards.line.at(-1)![0], 0);
  ok(boards.states.pump!.override !== null);
  boards.command({ values: {}, override: false });
  await boards.pass(2);
  is(boards.line.at(-1)![0], 1, "handed back");
});

function irrigation(): ControllerPlan {
  const { config } = parseConfig(demoText);
  const plan = controllerPlans(config!).find(({ id }) => id === "irrigation")!;
  const abroad = { board: "pumphouse", door: "pump.output", desk: "board@pumphouse" };
  return { ...plan, commandForMs: LEASE_MS, output: { device: "pump@pumphouse", field: "on", abroad } };
}

spec("a controller whose output is cut off goes safe and says why; after the heal it goes on", async () => {
  const boards = new TwoLinkedBoards();
  boards.device(boards.bench.greenhouse, demoPlan("soil"), drySoil());
  let wanted = true;
  const decide = (input: object | undefined) => ({
    on: wanted && input !== undefined,
    why: "",
    trusted: input !== undefined,
  });
  boards.controller(irrigation(), {
    decide,
    look: decide,
    change: () => {},
    readings: () => ({}),
    memory: () => undefined,
    goOn: () => {},
  });
  await boards.pass(5);
  is(boards.line.at(-1)![0], 1);
  is(boards.states.irrigation!.mode, "full");

  boards.bench.cut(true);
  await boards.pass(10);
  is(boards.line.at(-1)![0], 0, "its lease has ended");
  is(boards.states.irrigation!.mode, "safe");
  is(boards.states.irrigation!.cause, "pump@pumphouse: noconnection: pumphouse is out of reach");
  boards.bench.cut(false);
  await boards.pass(30);
  is(boards.states.irrigation!.mode, "full");
  is(boards.line.at(-1)![0], 1);
  wanted = false;
  await boards.pass(3);
  is(boards.line.at(-1)![0], 0);
});

/** What no program of this code would send, and some that look like it. Signals are the kernel's: nobody else can send them. */
const GARBAGE: readonly unknown[] = [
  null,
  undefined,
  0,
  "converse",
  [],
  {},
  { type: "converse" },
  { type: "converse", protocol: 1, digest: {}, side: null, talk: "x", from: "me" },
  { type: "said", talk: {}, seq: "1", message: null },
  { type: "said", talk: "x", seq: 1, message: { type: { toString: 1 } } },
  { type: "hangUp", talk: "x", reason: null },
  { type: "hangUp", talk: "x", reason: { cell: "x" } },
  { type: "command", command: { values: { on: true } } },
  { type: "told", told: { type: "operate" } },
  { type: "fault", fault: "crash" },
  { type: "say", key: "x", message: { type: "release" } },
  { type: "heard", key: "x", heard: null },
];

spec("a door lives on whatever is sent to it, and nothing of it reaches the device", async () => {
  const boards = new TwoLinkedBoards();
  const { answers } = commander(boards, "watering");
  await boards.pass(3);
  const line = boards.line.length;
  boards.bench.greenhouse.kernel.cell.spawn(function* (self: Self): ProcessGenerator {
    const door = self.whereis(DOOR)!;
    yield* [];
    for (const message of GARBAGE) self.send(door, message);
  }, []);
  await boards.pass(5);
  is(boards.line.length, line, "the pump goes on");
  const before = answers.length;
  await boards.pass(3);
  equal(answers.slice(before), ["driven", "driven", "driven"]);
  equal(
    boards.events.filter((event) => !event.startsWith("output")),
    [],
    "nothing else happened",
  );
});

spec(
  "the other board is given no pid of the controller: whatever it sends, that decides by itself",
  async () => {
    const boards = new TwoLinkedBoards({ lentTo: "nobody" });
    const { greenhouse, pumphouse } = boards.bench;
    boards.device(greenhouse, demoPlan("soil"), drySoil());
    // A door that answers as it should, and with everything else it can think of.
    const asked: string[] = [];
    foreignDoor(
      pumphouse,
      (self, from) => {
        for (const garbage of GARBAGE) self.send(from, garbage);
      },
      (_self, talk, { controller, level, sampledAtUs, fresh }) => {
        asked.push(`${controller} ${level}`);
        talk.send({ type: "driven", controller, level, sampledAtUs, fresh, atUs: 0 });
      },
    );
    const plan = irrigation();
    const abroad = { board: "pumphouse", door: "valve.output", desk: "board@pumphouse" };
    const changes: unknown[] = [];
    const decide = (input: object | undefined) => ({ on: true, why: "", trusted: input !== undefined });
    const law = {
      decide,
      look: decide,
      change: (values: object) => changes.push(values),
      readings: () => ({}),
      memory: () => undefined,
      goOn: () => {},
    };
    const pid = boards.controller(
      { ...plan, output: { device: "valve@pumphouse", field: "on", abroad } },
      law,
    );
    await boards.pass(20);
    equal([boards.states.irrigation!.mode, boards.states.irrigation!.cause], ["full", null]);
    ok(
      asked.length >= 15 && asked.every((words) => words === "irrigation 1"),
      `${asked.length}: ${asked.at(-1)}`,
    );
    equal(changes, [{}], "no command reached it");
    is(String(greenhouse.kernel.cell.names.whereis("irrigation")), String(pid), "it is the same one");
  },
);
