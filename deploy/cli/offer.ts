/** `holdfast offer`: tells a board over its broker where it can fetch a release, serves it, and stays until it has made up its mind. */
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { isLoopback } from "../listen.ts";
import { bundleHead } from "../update/bundle-head.ts";
import { fileSource } from "../update/file-source.ts";
import type { Offer } from "../update/offer.ts";
import { offerServer } from "../update/offer-server.ts";
import { type BoardFlags, connectBoard, parse, readRetained } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { Progress } from "./progress.ts";

export interface OfferFlags extends BoardFlags {
  readonly file: string;
  readonly allow: Omit<Offer, "url" | "release">;
  /** Where boards reach this machine; absent: guessed. */
  readonly address?: string;
  readonly port: number;
}

/** As a board tells it in `status.update`. */
interface Told {
  readonly state?: string;
  readonly release?: string | null;
  readonly version?: string;
  readonly reason?: string;
  readonly bytes?: number;
  readonly of?: number;
}

/** Longest that a board may take with nothing new to say, ms: a missing link has half an hour. */
const SILENT_MS = 45 * 60_000;
/** Between two attempts to reach the broker, and how long one connection is listened to, ms. */
const AGAIN_MS = 1000;
const LOOK_MS = 60_000;
const ENDS = ["confirmed", "reverted", "unreachable", "fellBack"];

/** Exit 1 when the board went back or could not, 3 when it refused, 4 when it is silent for 45 minutes. */
export async function offerRelease(flags: OfferFlags): Promise<void> {
  const source = await fileSource(flags.file);
  const { release, manifest } = await bundleHead(source, flags.file);
  const client = await connectBoard(flags);
  const { board } = await readRetained(client, flags);
  const isHere = isLoopback(new URL(flags.url.split(",")[0]!).hostname);
  const host = flags.address ?? (isHere ? "127.0.0.1" : ownAddress());
  const place = { host: isLoopback(host) ? host : "0.0.0.0", port: flags.port, tag: release };
  const server = await offerServer(source, place);
  const offer: Offer = { url: `http://${host}:${server.port}${server.path}`, release, ...flags.allow };
  const view = new OfferView(flags.json, board, release);
  try {
    view.say(`offered ${manifest.version}`, { offer });
    const told = followed(client, { flags, board, view });
    client.publish(`holdfast/${board}/update/set`, JSON.stringify(offer), { qos: 1 });
    if ((await told) !== "confirmed") process.exitCode = EXIT.failed;
  } finally {
    server.close();
    await source.close();
  }
}

/** Reads what a board tells, over one connection after the other: a board that is its own broker takes it along. */
async function followed(
  first: MqttClient,
  { flags, board, view }: { readonly flags: OfferFlags; readonly board: string; readonly view: OfferView },
): Promise<string> {
  const filters = [`holdfast/${board}/status`, `holdfast/${board}/update/error`];
  for (let client: MqttClient | undefined = first; ; client = await again(flags)) {
    if (view.isSilent())
      throw new CliError(EXIT.unreachable, `${board} has said nothing for 45 min; ask it: holdfast update`);
    if (client === undefined) continue;
    const heard = new Promise<string | undefined>((done, failed) => {
      client!.on("message", (topic, payload) => {
        try {
          const end = view.heard(topic, parse(payload));
          if (end !== undefined) done(end);
        } catch (error) {
          failed(error);
        }
      });
      client!.on("close", () => done(undefined));
      setTimeout(() => done(undefined), LOOK_MS).unref();
      client!.subscribe(filters, { qos: 1 });
    });
    try {
      const end = await heard;
      if (end !== undefined) return end;
    } finally {
      await client.endAsync(true);
    }
  }
}

/** Undefined while the broker does not answer. */
async function again(flags: OfferFlags): Promise<MqttClient | undefined> {
  await sleep(AGAIN_MS);
  return connectBoard(flags).catch(() => undefined); // it starts again
}

/** What a board says of this release, in words as it changes. */
class OfferView {
  readonly #json: boolean;
  readonly #board: string;
  readonly #release: string;
  readonly #progress = new Progress();
  #shown = "";
  #heardMs = performance.now();

  constructor(json: boolean, board: string, release: string) {
    this.#json = json;
    this.#board = board;
    this.#release = release;
    this.#progress.begin("fetch");
  }

  isSilent(): boolean {
    return performance.now() - this.#heardMs > SILENT_MS;
  }

  say(text: string, value: object): void {
    if (this.#json) process.stdout.write(`${JSON.stringify({ board: this.#board, ...value })}\n`);
    else this.#progress.end(`${this.#board}: ${text}`);
  }

  /** The state that it ended in, once it has. Throws `CliError` for an offer that was refused. */
  heard(topic: string, document: Readonly<Record<string, unknown>> | undefined): string | undefined {
    if (topic.endsWith("/update/error"))
      throw new CliError(EXIT.refused, `${this.#board} refused it: ${String(document?.reason)}`);
    const { state = "", reason, release, bytes, of } = (document?.update ?? {}) as Told;
    if (bytes !== undefined && of !== undefined && !this.#json)
      this.#progress.show(bytes / Math.max(of, 1), bytes);
    const text = [state, reason].filter(Boolean).join(": ");
    // What it says of another release is of an earlier update.
    if (release !== this.#release || text === this.#shown) return undefined;
    this.#shown = text;
    this.#heardMs = performance.now();
    this.say(text, { update: document?.update });
    return ENDS.includes(state) ? state : undefined;
  }
}

/** Of the first network that is not only this machine's. Throws `CliError` where there is none. */
function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && !one.internal && one.family === "IPv4");
  if (found !== undefined) return found.address;
  throw new CliError(
    EXIT.usage,
    "this machine has no address in a network; --address says where boards reach it",
  );
}
