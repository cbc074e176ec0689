import { equal, is, match, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { Stalls } from "../harness/stalls.ts";
import { quietFor, until } from "../harness/until.ts";
import { type Board, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";
import { nobodyElse, others, quietControl } from "./others.ts";

const stalls = new Stalls();
/** Nothing ends but by what it is sent. */
const { spec: onBoard, end } = sharedBoard(spec, { config: demoWith(...patient(DEVICES, CONTROLLERS)) });

/** What is sent to a device, and what the answer says. */
const WRONG: readonly (readonly [what: string, device: string, payload: unknown, reason: RegExp])[] = [
  ["no JSON", "led", "switch it on, please", /not JSON/],
  ["half a document", "led", '{"on":tr', /not JSON/],
  ["nothing", "led", Buffer.alloc(0), /empty/],
  ["bytes that are no text", "led", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /UTF-8/],
  ["a list", "led", [true], /JSON object/],
  ["a bare word", "led", "true", /JSON object/],
  ["null", "led", "null", /JSON object/],
  ["the wrong type", "led", { on: "yes" }, /"on" is true or false/],
  ["a number for a switch", "led", { on: 1 }, /"on" is true or false/],
  ["NaN as a word", "fan", '{"level":NaN}', /not JSON/],
  ["NaN as a text", "fan", { level: "NaN" }, /number from 0 to 1/],
  ["a number that overflows", "fan", '{"level":1e999}', /0 to 1/],
  ["a number outside its range", "fan", { level: 1.5 }, /0 to 1/],
  ["null for a number", "fan", { level: null }, /0 to 1/],
  ["an unknown field", "led", { On: true }, /no field "On".*did you mean "on"/],
  ["a field too many", "led", { on: true, brightness: 3 }, /no field "brightness"/],
  ["nothing to do", "led", {}, /nothing to do/],
  ["__proto__", "led", '{"__proto__":{"on":true}}', /may not be called/],
  ["constructor", "led", '{"constructor":{"on":true},"on":true}', /may not be called/],
  ["a time without a unit", "led", { on: true, for: 10 }, /time with its unit/],
  ["a time of no length", "led", { on: true, for: "-5s" }, /time with its unit/],
  ["an id that is none", "led", { on: true, id: 7 }, /"id"/],
  ["a command for a sensor", "climate", { on: true }, /takes no commands/],
  ["an unknown device", "hetaer", { on: true }, /no device "hetaer".*did you mean "heater"/],
  ["4 KiB and more", "led", JSON.stringify({ on: true, note: "x".repeat(5000) }), /4096 bytes/],
];

onBoard("every wrong command is answered with what is wrong, and nothing moves", async (board) => {
  await calm(board);
  const records = board.witness.mark;
  for (const [what, device, payload, reason] of WRONG) {
    const mark = board.mark;
    await board.command(device, payload);
    const answer = await board.waitForError(device, mark).catch((error: Error) => {
      throw new Error(`${what}: ${error.message}`);
    });
    match(answer.reason, reason, `${what}: ${answer.reason}`);
    const event = await board.waitForEvent("refused", device, mark);
    is(event.reason, answer.reason, what);
    // Ten a second and device are answered one by one.
    await quietFor(110);
  }
  await unmoved(board, records);
});

onBoard("a command of 1 MB costs its sender the connection and nobody else anything", async (board) => {
  const records = board.witness.mark;
  const sender = await board.probe([], { reconnectPeriod: 0 });
  const cut = new Promise((done) => sender.client.once("close", () => done(undefined)));
  const huge = Buffer.concat([
    Buffer.from('{"on":true,"note":"'),
    Buffer.alloc(1 << 20, "x"),
    Buffer.from('"}'),
  ]);
  sender.client.publish(board.topic("led/set"), huge, { qos: 0 });
  await cut;
  is(board.mqtt.client.connected, true, "the listener is still connected");
  await unmoved(board, records);
});

onBoard("a command with the retain flag is refused, and nothing moves", async (board) => {
  const records = board.witness.mark;
  const mark = board.mark;
  await board.mqtt.send(board.topic("led/set"), { on: true }, true);
  match((await board.waitForError("led", mark)).reason, /retain/);
  await board.mqtt.send(board.topic("led/set"), "", true);
  await unmoved(board, records);
});

onBoard("wrong sets of the world change nothing and are reported", async (board) => {
  const records = board.witness.mark;
  for (const [device, payload] of [
    ["climate", "hot"],
    ["climate", { temperatureC: "hot" }],
    ["climate", { colour: 3 }],
    ["nobody", { temperatureC: 3 }],
    ["climate", { fault: "melt" }],
    ["climate", '{"__proto__":{"temperatureC":3}}'],
  ] as const) {
    const mark = board.mark;
    await board.mqtt.send(board.topic(`world/${device}/set`), payload);
    await board.waitForEvent("refused", device, mark).catch((error: Error) => {
      throw new Error(`${JSON.stringify(payload)}: ${error.message}`);
    });
    await quietFor(110);
  }
  await unmoved(board, records);
});

onBoard(
  "a flood of 2000 commands is refused with a count, off still comes through, and control goes on",
  async (board) => {
    await calm(board);
    await board.command("fan", { level: 0.5 });
    await board.witness.waitUntil(LINE.fan, 0.5);
    const control = await quietControl(board, stalls, 4000);
    const records = board.witness.mark;
    const mark = board.mark;
    const decided = Number(board.last("timing/thermostat")?.count);
    const sender = await board.probe();
    const startMs = performance.now();
    const seen = await others(board, stalls, ["led"], async () => {
      const flood = Array.from({ length: 2000 }, (_, index) =>
        sender.client.publishAsync(board.topic("led/set"), JSON.stringify({ on: index }), { qos: 0 }),
      );
      await Promise.all(flood);
      await board.command("fan", { level: 0 });
      await board.witness.waitFor(LINE.fan, 0, records);
      console.log(`  off came through ${(performance.now() - startMs).toFixed(0)} ms after the flood began`);
      await until("the flood is counted", () => {
        const counts = board
          .errors("led", mark)
          .map(({ reason }) => Number(/report: (\d+)$/.exec(reason)?.[1] ?? 0));
        return counts.reduce((sum, count) => sum + count, 0) > 1800;
      });
      await board.waitForLast(
        "timing/thermostat",
        "goes on",
        ({ count }) => Number(count) >= decided + 3,
        10_000,
      );
    });
    nobodyElse("flood", seen, control);
    ok(board.errors("led", mark).length < 200, `${board.errors("led", mark).length} answers`);
    equal(board.witness.since(records, LINE.led), [], "the led never moved");
    const { restarts, ok: healthy } = await board.health();
    is(restarts, 0, "nothing died");
    is(healthy, true);
    // The last of the flood may still be under way: it is over when nobody is answered any more.
    for (let answered = -1; answered < board.errors("led", mark).length; await quietFor(1500))
      answered = board.errors("led", mark).length;
    await board.command("led", { on: true });
    await board.witness.waitFor(LINE.led, 1, records);
  },
);

end();

spec("the stall watch ends with the tests", () => stalls.stop(), { always: true });

/** Warm and moist: the controllers know that, and have no reason to switch anything. */
async function calm(board: Board) {
  await board.witness.set("climate", { temperatureC: 25 });
  await board.witness.set("soil", { moisturePercent: 70 });
  const above = (least: number) => (document: Record<string, unknown>) => Number(document.value) > least;
  await board.waitForLast("climate/temperature", "warm", above(24), 10_000);
  await board.waitForLast("soil/moisture", "moist", above(65), 10_000);
  const decided = () => CONTROLLERS.map((id) => Number(board.last(`timing/${id}`)?.count ?? 0));
  const before = decided();
  // What they were given before they have worked off by then.
  await until(
    "both have decided by that",
    () => decided().every((count, index) => count >= before[index]! + 3),
    20_000,
  );
  await board.witness.waitUntil(LINE.heater, 0);
  await board.witness.waitUntil(LINE.pump, 1);
}

async function unmoved(board: Board, records: number) {
  await quietFor(300);
  equal(board.witness.since(records), [], "a line moved");
  const { ok: healthy, restarts } = await board.health();
  is(healthy, true);
  is(restarts, 0);
}
