import { randomUUID } from "node:crypto";
import type { MqttClient } from "mqtt";
import { parse } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** How long a refusal may take to come back, ms; silence means that it was carried out. */
const ANSWER_MS = 600;

/**
 * Publishes a command to a device; its `id` tells the answer apart from others'. The client follows the board's topics.
 * Throws `CliError` with `EXIT.refused` and the board's sentence when it is refused.
 */
export async function sendCommand(
  client: MqttClient,
  { root, board }: { readonly root: string; readonly board: string },
  device: string,
  command: Readonly<Record<string, unknown>> & { readonly id: string },
): Promise<void> {
  const refusal = await new Promise<string | undefined>((done) => {
    setTimeout(() => done(undefined), ANSWER_MS);
    client.on("message", (topic, payload) => {
      const answer = topic.endsWith(`/${device}/error`) ? parse(payload) : undefined;
      const asked = answer?.command as { id?: string } | null | undefined;
      if (asked?.id === command.id) done(String(answer?.reason));
    });
    client.publish(`${root}/${board}/${device}/set`, JSON.stringify(command), { qos: 1 });
  });
  if (refusal !== undefined) throw new CliError(EXIT.refused, `refused: ${refusal}`);
}

/** Sends a command with a number of its own, and prints what was sent; errors as `sendCommand`. */
export async function sendAndSay(
  client: MqttClient,
  board: string,
  device: string,
  fields: Readonly<Record<string, unknown>>,
  { json, root }: { readonly json?: boolean; readonly root: string },
): Promise<void> {
  const command = { ...fields, id: randomUUID() };
  await sendCommand(client, { root, board }, device, command);
  const line =
    json === true ? JSON.stringify({ board, device, ...command }) : `${device} ${JSON.stringify(fields)}`;
  process.stdout.write(`${line}\n`);
}
