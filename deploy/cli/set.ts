import { type BoardFlags, connectBoard, readRetained, stateOf } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { sendAndSay } from "./send-command.ts";

export interface SetFlags extends BoardFlags {
  readonly for?: string;
  readonly override?: boolean;
}

/** `holdfast set`: `on`, `off`, a number for a device with one field, or field=value. Exit 3 when refused. */
export async function set(device: string, words: readonly string[], flags: SetFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const { board, topics } = await readRetained(client, flags);
    const state = stateOf({ board, topics }, device);
    const fields = Object.keys((state.commands ?? {}) as object);
    const command = {
      ...Object.fromEntries(words.map((word) => commandField(word, fields, device))),
      ...(flags.for === undefined ? {} : { for: flags.for }),
      ...(flags.override === undefined ? {} : { override: flags.override }),
    };
    await sendAndSay(client, board, device, command, flags).catch((error: unknown) => {
      throw withOverride(error, [device, ...words], flags);
    });
  } finally {
    await client.endAsync(true);
  }
}

/** The board says what a message needs; here it is two words more. */
export function withOverride(
  error: unknown,
  words: readonly string[],
  { board, for: time = "10m" }: Pick<SetFlags, "board" | "for">,
): unknown {
  if (!(error instanceof CliError) || !/\bownedBy\b/.test(error.message)) return error;
  const where = board === undefined ? "" : ` --board ${board}`;
  const again = `holdfast set ${words.join(" ")}${where} --override --for ${time}`;
  return new CliError(error.exitCode, `${error.message}. Here: ${again}`);
}

/** `on`, `0.4` or `level=0.4` as a field and its value. Throws `CliError` for a word that the device has no field for. */
export function commandField(word: string, fields: readonly string[], device: string): [string, unknown] {
  if (fields.length === 0)
    throw new CliError(EXIT.usage, `${device} takes no commands: it only tells what it measures`);
  const [name, text] = word.includes("=") ? (word.split("=", 2) as [string, string]) : [undefined, word];
  const field = name ?? fields.find((one) => (text === "on" || text === "off" ? one === "on" : true));
  if (field === undefined)
    throw new CliError(EXIT.usage, `${device} takes no "${word}"; it takes ${fields.join(", ")}`);
  if (text === "on" || text === "true") return [field, true];
  if (text === "off" || text === "false") return [field, false];
  const number = Number(text);
  return [field, text === "" || Number.isNaN(number) ? text : number];
}
