/** Where `holdfast receive` takes a release from. */
import { readOptions } from "../board/options.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { loginFiles } from "../config/login-schema.ts";
import { boardPlan } from "../config/plan.ts";
import { readBrokerLogin } from "../mqtt/broker-login.ts";
import type { ByteSource } from "../update/byte-source.ts";
import { eitherSource, ofSize } from "../update/either-source.ts";
import { fileSource } from "../update/file-source.ts";
import { httpSource } from "../update/http-source.ts";
import type { Offer } from "../update/offer.ts";
import type { BoardBroker } from "../update/parts/mqtt-parts.ts";
import { pipeSource } from "../update/pipe-source.ts";

interface WhichBoard {
  readonly config: BoardConfig;
  readonly configFile: string;
}

/**
 * `from`: a file or an address; without it as it was offered, without an offer from standard input. What is to be read there
 * is said to `say`. Throws `UpdateError`.
 */
export async function releaseSource(
  from: string | undefined,
  offer: Offer | undefined,
  board: WhichBoard,
  say: (word: { readonly read: object }) => void,
): Promise<ByteSource> {
  if (from !== undefined) return /^https?:\/\//.test(from) ? httpSource(from) : fileSource(from);
  if (offer === undefined) return pipeSource(process.stdin, (request) => say(request as { read: object }));
  const { release, url, parts, bytes } = offer;
  const byParts = async () => {
    // Loaded only where it is needed: most releases come another way.
    const { mqttParts } = await import("../update/parts/mqtt-parts.ts");
    return mqttParts(boardBroker(board), { release, ...(bytes !== undefined && { bytes }) });
  };
  if (url === undefined) return byParts();
  const byHttp = async () => ofSize(await httpSource(url), bytes, url);
  if (!parts) return byHttp();
  return eitherSource(byHttp, byParts, (why) =>
    process.stderr.write(`holdfast: ${why}: in parts over the broker instead\n`),
  );
}

/** The broker that the board itself uses, as its processes are told. */
function boardBroker({ config, configFile }: WhichBoard): BoardBroker {
  const { brokerUrl, mqttPort } = readOptions(process.env);
  const { id, mqtt } = boardPlan(config);
  const url = brokerUrl ?? mqtt.url;
  const files = loginFiles(config.mqtt ?? {}, configFile);
  return {
    ...{ root: mqtt.root, board: id },
    url: url ?? `mqtt://127.0.0.1:${mqttPort}`,
    // Its own broker asks nobody on this machine.
    ...(url !== undefined && { login: () => readBrokerLogin(files) }),
  };
}
