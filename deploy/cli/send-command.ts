import { randomUUID } from "node:crypto";
import type { MqttClient } from "mqtt";
import { parse } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface AnswerLimits {
  /** How long a refusal may take to come back, ms. */
  readonly firstMs: number;
  /** How long a board that said nothing may take to answer when it is asked again, ms. */
  readonly againMs: number;
}

const LIMITS: AnswerLimits = { firstMs: 600, againMs: 3000 };

/**
 * Publishes a command to a device; its `id` tells the answer apart from others'. The client follows the board's topics.
 *
 * A board that has the command tells the device's state or level, or refuses it. One that is silent is sent the same once more: an id that
 * it has is not carried out again, but answered. A broker takes commands for a board whose network is gone, and goes on calling it
 * online for as long as its keep-alive: without an answer nobody may take an output for off.
 *
 * Throws `CliError`: with `EXIT.refused` and the board's sentence when it is refused, with `EXIT.unreachable` without an answer.
 */
export async function sendCommand(
  client: Pick<MqttClient, "on" | "publish">,
  { root, board }: { readonly root: string; readonly board: string },
  device: string,
  command: Readonly<Record<string, unknown>> & { readonly id: string },
  { firstMs, againMs }: AnswerLimits = LIMITS,
): Promise<void> {
  const base = `${root}/${board}`;
  const answers = new Answers(client, base, device, command.id);
  const publish = () => client.publish(`${base}/${device}/set`, JSON.stringify(command), { qos: 1 });
  publish();
  let answer = await answers.within(firstMs, ({ refused }) => refused !== undefined);
  if (!answer.told && answer.refused === undefined) {
    publish();
    answer = await answers.within(againMs, ({ told, refused }) => told || refused !== undefined);
  }
  if (answer.refused !== undefined) throw new CliError(EXIT.refused, `refused: ${answer.refused}`);
  if (answer.told) return;
  throw new CliError(
    EXIT.unreachable,
    `${board} did not answer: nobody knows whether ${device} was commanded, or still will be; see holdfast status ${board}, and look at ${device} itself`,
  );
}

interface Answer {
  /** The board told the device's state since, or that it has the command. */
  readonly told: boolean;
  /** Its sentence. */
  readonly refused?: string;
}

/** What a board says to one command. */
class Answers {
  #answer: Answer = { told: false };
  #heard: () => void = () => {};

  constructor(client: Pick<MqttClient, "on">, base: string, device: string, id: string) {
    client.on("message", (topic, payload, { retain }) => {
      if (topic === `${base}/${device}/error`) {
        const { command, reason } = parse(payload) ?? {};
        if ((command as { id?: string } | null | undefined)?.id !== id) return;
        this.#answer = { ...this.#answer, refused: String(reason) };
      } else if (topic === `${base}/${device}/state`) {
        if (!retain) this.#answer = { ...this.#answer, told: true };
      } else if (topic === `${base}/events`) {
        const { device: whose, kind, id: of } = parse(payload) ?? {};
        const told = of === id || (whose === device && kind === "output");
        if (told && kind !== "refused") this.#answer = { ...this.#answer, told };
      }
      this.#heard();
    });
  }

  /** The answer once it is `enough`, or after so long. */
  within(ms: number, enough: (answer: Answer) => boolean): Promise<Answer> {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer);
        done(this.#answer);
      };
      const timer = setTimeout(end, ms);
      this.#heard = () => {
        if (enough(this.#answer)) end();
      };
      this.#heard();
    });
  }
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
