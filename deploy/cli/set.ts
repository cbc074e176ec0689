import { randomUUID } from "node:crypto";
import { type BoardFlags, connectBoard, parse, readRetained } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface SetFlags extends BoardFlags {
  readonly for?: string;
  readonly override?: boolean;
}

/** How long a refusal may take to come back, ms; silence means that it was carried out. */
const ANSWER_MS = 600;

/** `holdfast set`: `on`, `off`, a number for a device with one field, or field=value. Exit 3 when refused. */
export async function set(device: string, words: readonly string[], flags: SetFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const { board, topics } = await readRetained(client, flags);
    const state = topics.get(`${device}/state`);
    if (state === undefined) {
      const known = [...topics.keys()].flatMap((topic) => topic.match(/^(.*)\/state$/)?.[1] ?? []);
      throw new CliError(EXIT.usage, `${board} has no device "${device}"; it has ${known.join(", ")}`);
    }
    const fields = Object.keys((state.commands ?? {}) as object);
    const command = {
      ...Object.fromEntries(words.map((word) => commandField(word, fields, device))),
      ...(flags.for === undefined ? {} : { for: flags.for }),
      ...(flags.override === undefined ? {} : { override: flags.override }),
      id: randomUUID(),
    };
    const refusal = await new Promise<string | undefined>((done) => {
      setTimeout(() => done(undefined), ANSWER_MS);
      client.on("message", (topic, payload) => {
        const answer = topic.endsWith(`/${device}/error`) ? parse(payload) : undefined;
        const asked = answer?.command as { id?: string } | null | undefined;
        if (asked?.id === command.id) done(String(answer?.reason));
      });
      client.publish(`holdfast/${board}/${device}/set`, JSON.stringify(command), { qos: 1 });
    });
    if (refusal !== undefined) throw new CliError(EXIT.refused, `refused: ${refusal}`);
    const { id: _, ...said } = command;
    const line = flags.json
      ? JSON.stringify({ board, device, ...command })
      : `${device} ${JSON.stringify(said)}`;
    process.stdout.write(`${line}\n`);
  } finally {
    await client.endAsync(true);
  }
}

function commandField(word: string, fields: readonly string[], device: string): [string, unknown] {
  const [name, text] = word.includes("=") ? (word.split("=", 2) as [string, string]) : [undefined, word];
  const field = name ?? fields.find((one) => (text === "on" || text === "off" ? one === "on" : true));
  if (field === undefined)
    throw new CliError(EXIT.usage, `${device} takes no "${word}"; it takes ${fields.join(", ")}`);
  if (text === "on" || text === "true") return [field, true];
  if (text === "off" || text === "false") return [field, false];
  const number = Number(text);
  return [field, text === "" || Number.isNaN(number) ? text : number];
}
