import { type BoardFlags, connectBoard, parse, readRetained } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface ChangeFlags extends BoardFlags {
  /** How long the new driver has to do well, as the board takes it: `10s`. */
  readonly trial?: string;
}

/** A board that has not said a word about it after this long, ms, did not hear or does not know of such things. */
const ANSWER_MS = 5000;

/**
 * `holdfast change`: has a new version of a driver go live on a running emulated board, and follows it to its end.
 * Exit 1 when it was taken back, 3 when the board refused.
 */
export async function change(device: string, driver: string, flags: ChangeFlags): Promise<void> {
  const client = await connectBoard(flags);
  try {
    const { board, topics } = await readRetained(client, flags);
    if (!topics.has(`${device}/state`)) throw new CliError(EXIT.usage, `${board} has no device "${device}"`);
    await client.subscribeAsync(`${flags.root}/${board}/events`);
    const end = await new Promise<Readonly<Record<string, unknown>> | undefined>((done) => {
      const silence = setTimeout(() => done(undefined), ANSWER_MS);
      client.on("message", (topic, payload) => {
        const event = topic.endsWith("/events") ? parse(payload) : undefined;
        if (event?.device !== device) return;
        if (event.kind === "refused" && "driver" in ((event.command ?? {}) as object)) done(event);
        if (event.kind !== "codeChange" || event.driver !== driver) return;
        clearTimeout(silence);
        process.stdout.write(`${flags.json ? JSON.stringify(event) : inWords(event)}\n`);
        if (["committed", "rolledBack", "over"].includes(String(event.phase))) done(event);
      });
      const set = { driver, ...(flags.trial === undefined ? {} : { trial: flags.trial }) };
      client.publish(`${flags.root}/${board}/world/${device}/set`, JSON.stringify(set), { qos: 1 });
    });
    if (end === undefined)
      throw new CliError(EXIT.unreachable, `${board} does not answer: is it an emulated board?`);
    if (end.kind === "refused") throw new CliError(EXIT.refused, `refused: ${String(end.reason)}`);
    if (end.phase !== "committed") throw new CliError(EXIT.failed, `${driver} did not stay on ${device}`);
  } finally {
    await client.endAsync(true);
  }
}

function inWords({ device, driver, phase, cause, lost }: Readonly<Record<string, unknown>>): string {
  const why = cause === undefined ? "" : ` (${String(cause)})`;
  const gone = Array.isArray(lost) ? `, not delivered again: ${lost.join(", ")}` : "";
  return `${String(device)}: ${String(driver)} ${PHASES[String(phase)] ?? String(phase)}${why}${gone}`;
}

const PHASES: Readonly<Record<string, string>> = {
  started: "is loaded",
  trial: "is on trial",
  committed: "stays",
  rolledBack: "was taken back",
  over: "ended with its device",
};
