import * as assert from "uvu/assert";
import type { DeviceResources } from "../../devices/handler/cells.ts";
import {
  type DriveMessage,
  driving,
  type ReadingMessage,
  sampling,
} from "../../devices/handler/contracts.ts";
import { FrameReader, FrameWriter, KIND } from "../../firmware/transport/frame.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { ConverseMessage, SaidMessage } from "../../runtime/protocol/conversation-messages.ts";
import { acceptConversation, openConversation } from "../../runtime/protocol/open-conversation.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** A thermostat that drives the heater on for a while, then to a level that no line has. */
function rogueThermostat(checks: boolean): Body {
  return function* thermostat(self: Self): ProcessGenerator {
    yield* self.sleep(15_000);
    const heater = self.whereis("heater")!;
    const talk = openConversation(self, driving, "controller", heater);
    const drive = (level: number): DriveMessage => ({
      ...{ type: "drive", controller: "thermostat", level },
      ...{ forMs: 3000, sampledAtUs: self.nowUs(), fresh: true },
    });
    talk.send(drive(1));
    yield* self.sleep(1000);
    if (checks) talk.send(drive(7));
    const said: SaidMessage = { type: "said", talk: talk.key, seq: 2, message: drive(7) };
    self.send(heater, said);
    yield* self.sleep(60_000);
  } as unknown as Body;
}

for (const checks of [true, false]) {
  const how = checks ? "its own checker" : "the device, when it has no checker";
  spec(
    `a controller that breaks its contract is stopped by ${how}, and its level ends with its lease`,
    () => {
      const board = new SimulatedBoard({ bodies: { thermostat: rogueThermostat(checks) } });
      board.until(15.5);
      board.trace.news();
      assert.is(board.level("heater"), 1);
      board.until(16.2);
      const crash = board.trace.news().find((line) => line.includes("crash"));
      assert.match(
        crash!,
        /^16\.000 thermostat crash .*: contract driving, state driving: controller <greenhouse\.thermostat\.1> said drive with message\.level 7; allowed: number 0\.\.1$/,
      );
      assert.is(board.level("heater"), 1, "its last right command still holds");
      board.until(17.9);
      assert.is(board.trace.state("heater").restarts, undefined, "the heater did nothing wrong");
      board.until(18.1);
      assert.is(board.level("heater"), 0);
    },
  );
}

spec("a sensor that breaks its contract is stopped by its controller and named", () => {
  function* rogueClimate(self: Self<ConverseMessage>): ProcessGenerator {
    self.register("climate");
    const talk = acceptConversation(self, sampling, "device", yield* self.receive("converse"))!;
    yield* talk.receive();
    const reading = {
      type: "reading",
      device: "climate",
      reading: "temperature",
      value: 5,
      quality: "superb",
    };
    const said: SaidMessage = {
      type: "said",
      talk: talk.key,
      seq: 1,
      message: { ...reading, sampledAtUs: 0 },
    };
    self.send(talk.peer, said);
    yield* self.sleep(60_000);
  }
  const board = new SimulatedBoard({ bodies: { climate: rogueClimate as unknown as Body } });
  board.until(3);
  const news = board.trace.news();
  assert.match(
    news.find((line) => line.includes("climate crash"))!,
    /contract sampling, state following: device <greenhouse\.climate\.1> said reading with message\.quality "superb"; allowed: "good" \| "suspect" \| "stale" \| "bad"$/,
  );
  assert.ok(news.some((line) => line.includes("climate restart")));
  assert.is(board.level("heater"), 0, "nobody acts on what it said");
});

spec("an output device that breaks its contract is stopped, and its line goes to policy at once", () => {
  function* rogueHeater(self: Self<ConverseMessage>): ProcessGenerator {
    self.register("heater");
    const talk = acceptConversation(self, driving, "device", yield* self.receive("converse"))!;
    const line = (self.resources as DeviceResources).hardware.output("GPIO17");
    yield* self.sleep(12_000); // Its minOff
    line.write(1);
    yield* self.sleep(100);
    const said: SaidMessage = {
      type: "said",
      talk: talk.key,
      seq: 1,
      message: { type: "driven", controller: "thermostat", level: "full" },
    };
    self.send(talk.peer, said);
    for (;;) {
      yield* self.sleep(500);
      line.renew();
    }
  }
  const board = new SimulatedBoard({ bodies: { heater: rogueHeater as unknown as Body } });
  const line = board.devices.find(({ id }) => id === "heater")!.output!.line;
  assert.is(line, "GPIO17");
  board.until(12.05);
  assert.is(board.level("heater"), 1);
  board.until(20);
  const news = board.trace.news();
  const at = news.findIndex((entry) => entry.includes("heater crash"));
  assert.match(
    news[at]!,
    /contract driving, state driving: device <greenhouse\.heater\.1> said driven with message\.level "full"; allowed: number 0\.\.1$/,
  );
  const second = news[at]!.split(" ")[0]!;
  assert.ok(news.some((entry) => entry.startsWith(`${second} fenced`) && entry.includes(line)));
  assert.is(board.level("heater"), 0);
});

spec("a cell that breaks the guardian's contract is fenced by it, ended, and started again", () => {
  const board = new SimulatedBoard();
  board.until(30);
  assert.is(board.level("heater"), 1);
  board.trace.news();
  const owner = board.devices.findIndex(({ id }) => id === "heater");
  const frame = new FrameWriter()
    .begin(KIND.write, 0, 1, owner, 1, board.clock.now() + 1000)
    .u16(0)
    .f64(7);
  const reader = new FrameReader().over(frame.bytes);
  reader.decode(0, frame.length);
  board.guardian.guardian.request(reader);
  assert.is(board.level("heater"), 0, "before anything else runs");
  board.until(31);
  const news = board.trace.news().map((line) => line.slice(line.indexOf(" ") + 1));
  const why =
    "contract guardian, state granted: cell <greenhouse.heater.1> said write with message.level 7; allowed: number 0..1";
  assert.ok(news.some((line) => line.startsWith("fenced owner=4 epoch=1")));
  assert.ok(
    news.some((line) => line.startsWith(`contract owner=4 epoch=1 state="granted" message="write"`)),
    String(news),
  );
  assert.ok(news.includes(`heater restart full restarts=1: ${why}`), String(news));
  board.until(60);
  assert.is(board.level("heater"), 1, "its next life heats again");
});

/** What the compiler makes of it. */
spec("wrong messages of a controller or a device fail in the compiler", () => {
  // @ts-expect-error no such quality
  const reading: ReadingMessage["quality"] = "superb";
  // @ts-expect-error a device says no such thing
  const drive: DriveMessage["type"] = "reading";
  assert.ok([reading, drive]);
});
