import type { MqttClient } from "mqtt";
import { formatDuration } from "../../runtime/time/duration.ts";
import { reservedIds } from "../mqtt/topics.ts";
import { type BoardFlags, collectRetained, connectBoard, noDevice, parse } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** `holdfast watch`: what the board says as it says it, until Ctrl-C. */
export async function watch(device: string | undefined, flags: BoardFlags): Promise<void> {
  const client = await connectBoard(flags);
  if (device !== undefined && !reservedIds.has(device)) await knows(client, device, flags);
  const ended = new Promise<void>((done) => {
    process.once("SIGINT", () => done());
    client.once("close", () => done());
  });
  client.on("message", (topic, payload) => {
    const [board = "", ...rest] = topic.slice(flags.root.length + 1).split("/");
    const document = parse(payload);
    if (document === undefined || rest[0] === "index") return;
    const about = rest[0] === "events" ? String(document.device ?? "") : rest[0];
    if (device !== undefined && about !== device) return;
    const line = flags.json
      ? JSON.stringify({ board, topic: rest.join("/"), ...document })
      : `${new Date().toISOString().slice(11, 23)}  ${rest.join("/").padEnd(24)} ${words(rest, document)}`;
    process.stdout.write(`${line}\n`);
  });
  await client.subscribeAsync(`${flags.root}/${flags.board ?? "+"}/#`);
  await ended;
  await client.endAsync(true);
}

/** Who waits for a device that there is not waits for ever. Throws `CliError`; without a board anything may come. */
async function knows(client: MqttClient, device: string, { board = "+", root }: BoardFlags): Promise<void> {
  const states = `${board}/+/state`;
  const topics = await collectRetained(client, root, [states]);
  await client.unsubscribeAsync(`${root}/${states}`); // some brokers tell twice what two filters ask for
  const known = new Set([...topics.keys()].map((topic) => topic.split("/")[1]!));
  if (known.size === 0 || known.has(device)) return;
  await client.endAsync(true);
  throw new CliError(
    EXIT.usage,
    noDevice(board === "+" ? "no board here has a" : `${board} has no`, device, [...known]),
  );
}

function words([first, last]: readonly string[], document: Readonly<Record<string, unknown>>): string {
  if ("quality" in document) {
    const { value, unit, quality } = document;
    return `${value ?? "-"}${unit ? ` ${unit}` : ""}${quality === "good" ? "" : ` (${quality})`}`;
  }
  if (last === "state") {
    const { mode, restarts, cause } = document;
    return `${mode}, ${restarts} restarts${cause === null ? "" : `, ${cause}`}`;
  }
  if (first === "timing") return timingWords(document);
  // `holdfast inspect` and --json tell a crash in full.
  const { at, stack, handled, waiting, ...rest } = document;
  return first === "events" ? JSON.stringify(rest) : JSON.stringify(document);
}

/** `27 jobs, 0 misses; last minute: half at most 264us late, 99 % 1.9ms`; `holdfast top` and --json tell the rest. */
export function timingWords({ count, misses, latenessUs }: Readonly<Record<string, unknown>>): string {
  const { recent } = (latenessUs ?? {}) as { recent?: { count: number; p50: number; p99: number } };
  const jobs = `${count} jobs, ${misses} misses`;
  if (recent === undefined || recent.count === 0) return jobs;
  const [half, most] = [recent.p50, recent.p99].map((us) => formatDuration(us / 1000));
  return `${jobs}; last minute: half at most ${half} late, 99 % ${most}`;
}
