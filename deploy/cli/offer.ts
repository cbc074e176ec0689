/**
 * `holdfast offer`: tells a board over its broker which release it can have, serves it by HTTP and in parts over the broker, and
 * stays until the board has made up its mind. Started again it goes on where it was.
 */
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { isLoopback } from "../listen.ts";
import { readSigningKey, type SigningKey } from "../release/release-key.ts";
import type { ByteSource } from "../update/byte-source.ts";
import type { Offer } from "../update/offer.ts";
import { sealOffer } from "../update/offer-seal.ts";
import { type OfferServer, offerServer } from "../update/offer-server.ts";
import { openBundle } from "../update/open-bundle.ts";
import { type BoardFlags, connectBoard, type Retained, readRetained } from "./board-client.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { OfferLine } from "./offer-line.ts";
import { OfferView } from "./offer-view.ts";

/** How a bundle may reach the board; `both`: by HTTP where that goes. */
export type Way = "http" | "mqtt" | "both";

export interface OfferFlags extends BoardFlags {
  readonly file: string;
  readonly over: Way;
  readonly allow: Omit<Offer, "url" | "parts" | "release">;
  /** File of the release key that seals it; absent: nobody does. */
  readonly seal?: string;
  /** Where boards reach this machine; absent: guessed. */
  readonly address?: string;
  readonly port: number;
}

/** Between two attempts to reach the broker, or to offer, ms. */
const AGAIN_MS = 2000;
/** Of one release: a board that is interrupted that often has another trouble. */
const MOST_OFFERS = 20;

/** Exit 1 when the board went back or could not, 3 when it refused, 4 when it is silent for 45 minutes. */
export async function offerRelease(flags: OfferFlags): Promise<void> {
  const key = flags.seal === undefined ? undefined : readSigningKey(flags.seal);
  const { source, release, manifest } = await openBundle(flags.file);
  const { board, topics } = await readBoard(flags);
  const status = topics.get("status") ?? {};
  const ways = waysOf(flags.over, status.offers, board);
  const server = ways.http ? await served(source, release, flags, ways.mqtt) : undefined;
  const offer: Offer = {
    release,
    ...(server !== undefined && { url: server.url }),
    ...(ways.mqtt && { parts: true }),
    ...(ways.sized && { bytes: source.bytes }),
    ...flags.allow,
  };
  const view = new OfferView(flags.json, board, release, status);
  try {
    view.say(`offered ${manifest.version}`, { offer });
    const end = await followed({ flags, board, view, offer, source, key });
    if (end !== "confirmed") process.exitCode = EXIT.failed;
  } finally {
    server?.close();
    await source.close();
  }
}

/** On a connection of its own, which hears all that the board says. */
async function readBoard(flags: OfferFlags): Promise<Retained> {
  const client = await connectBoard(flags);
  try {
    return await readRetained(client, flags);
  } finally {
    await client.endAsync(true);
  }
}

/** What was asked for and the board takes; `sized`: it is told the size, too. Throws `CliError` where that is nothing. */
function waysOf(
  over: Way,
  offers: unknown,
  board: string,
): { readonly http: boolean; readonly mqtt: boolean; readonly sized: boolean } {
  // A board of before there were others says nothing, nor does one that knows no size.
  const { ways = ["http"], sized } = (offers ?? {}) as { ways?: readonly string[]; sized?: boolean };
  const [http, mqtt] = (["http", "mqtt"] as const).map(
    (way) => [way, "both"].includes(over) && ways.includes(way),
  );
  if (http || mqtt) return { http: http!, mqtt: mqtt!, sized: sized === true };
  throw new CliError(
    EXIT.refused,
    `${board} takes offers by ${ways.join(", ")} alone: --over names another way`,
  );
}

/** By HTTP; undefined where this machine has no address to name and there is another way. */
async function served(
  source: ByteSource,
  tag: string,
  { address, url, port }: OfferFlags,
  hasOther: boolean,
): Promise<(OfferServer & { readonly url: string }) | undefined> {
  const isHere = isLoopback(new URL(url.split(",")[0]!).hostname);
  const host = address ?? (isHere ? "127.0.0.1" : ownAddress());
  if (host === undefined && hasOther) return undefined;
  if (host === undefined)
    throw new CliError(
      EXIT.usage,
      "this machine has no address in a network; --address says where boards reach it, --over mqtt needs none",
    );
  const server = await offerServer(source, { host: isLoopback(host) ? host : "0.0.0.0", port, tag });
  return { ...server, url: `http://${host}:${server.port}${server.path}` };
}

interface Offering {
  readonly flags: OfferFlags;
  readonly board: string;
  readonly view: OfferView;
  readonly offer: Offer;
  readonly source: ByteSource;
  readonly key: SigningKey | undefined;
}

/** Over one connection after the other: a board that is its own broker takes it along. Resolves with how it ended. */
async function followed(plan: Offering): Promise<string> {
  const { view, board, source, offer } = plan;
  let left = MOST_OFFERS;
  for (; ; await sleep(AGAIN_MS)) {
    view.checkSilence();
    const client = await connectBoard(plan.flags).catch(() => undefined); // it starts again
    if (client === undefined) continue;
    try {
      const line = new OfferLine(client, {
        board,
        root: plan.flags.root,
        view,
        ...(offer.parts && { parts: { source, release: offer.release } }),
      });
      await line.open();
      if (!view.isTaken) offerOn(client, plan);
      for (let turn = await line.next(); turn !== undefined; turn = await line.next()) {
        if ("end" in turn) return turn.end;
        if (left-- === 0) throw new CliError(EXIT.failed, `${board} could not take it: ${turn.again}`);
        view.say(`offered again: ${turn.again}`, { again: turn.again });
        await sleep(AGAIN_MS);
        offerOn(client, plan);
      }
    } finally {
      await client.endAsync(true);
    }
  }
}

/** Nothing while the board is away: it is offered when that has come back. */
function offerOn(client: MqttClient, { board, view, offer, key, flags }: Offering): void {
  const { nonce, isAway } = view;
  if (isAway) return;
  if (key !== undefined && nonce === undefined)
    throw new CliError(
      EXIT.refused,
      `${board} gives no number for a sealed offer (status.offers): push it by ssh, or offer it without ${Object.keys(flags.allow).join(", ")}`,
    );
  const payload = key === undefined ? JSON.stringify(offer) : sealOffer(offer, { board, nonce: nonce! }, key);
  client.publish(`${flags.root}/${board}/update/set`, payload, { qos: 1 });
}

/** Of the first network that is not only this machine's. */
function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && !one.internal && one.family === "IPv4")?.address;
}
