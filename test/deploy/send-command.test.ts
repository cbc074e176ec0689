import { EventEmitter } from "node:events";
import type { MqttClient } from "mqtt";
import * as assert from "uvu/assert";
import { EXIT } from "../../deploy/cli/exit-code.ts";
import { sendCommand } from "../../deploy/cli/send-command.ts";
import { spec } from "../harness/spec.ts";

const command = { on: false, id: "7" };
const says = (topic: string, document: unknown, retain = false) => ({ topic, document, retain });

/** A broker whose board answers the commands that reach it by these, one after the other. */
function broker(...answers: (readonly ReturnType<typeof says>[])[]) {
  const client = new EventEmitter();
  const sent: string[] = [];
  const publish = (topic: string, payload: string) => {
    for (const { topic, document, retain } of answers[sent.length] ?? [])
      client.emit("message", `holdfast/green/${topic}`, Buffer.from(JSON.stringify(document)), { retain });
    sent.push(`${topic} ${payload}`);
  };
  return { client: Object.assign(client, { publish }) as unknown as MqttClient, sent };
}

const board = { root: "holdfast", board: "green" };
const set = 'holdfast/green/led/set {"on":false,"id":"7"}';
const limits = { firstMs: 1, againMs: 1 };

/** What the sender is told. */
async function toldBy({ client }: ReturnType<typeof broker>): Promise<unknown> {
  try {
    await sendCommand(client, board, "led", command, limits);
    return "done";
  } catch (error) {
    const { exitCode, message } = error as { exitCode: number; message: string };
    return [exitCode, message];
  }
}

spec("a command is done when its device tells its state, and refused with the board's sentence", async () => {
  const done = broker([says("led/state", {})]);
  assert.is(await toldBy(done), "done");
  assert.equal(done.sent, [set]);
  const refused = broker([says("led/state", {}), says("led/error", { command: { id: "7" }, reason: "no" })]);
  assert.equal(await toldBy(refused), [EXIT.refused, "refused: no"]);
});

spec("a board that was silent is sent the same once more, and answers that it has it", async () => {
  const { client, sent } = broker([], [says("events", { kind: "command", id: "7", repeated: true })]);
  assert.is(await toldBy({ client, sent }), "done");
  assert.equal(sent, [set, set]);
});

spec("no answer, what is retained and what others are told are no sign that it was carried out", async () => {
  const strange = [
    says("led/state", {}, true),
    says("pump/state", {}),
    says("led/error", { command: { id: "8" }, reason: "no" }),
    says("events", { kind: "command", id: "8" }),
  ];
  const [code, message] = (await toldBy(broker(strange, strange))) as [number, string];
  assert.is(code, EXIT.unreachable);
  assert.match(message, /^green did not answer: nobody knows whether led was commanded/);
});
