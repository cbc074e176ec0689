/**
 * The two ends of a transfer as programs of their own, as they are in earnest. Words: `offer <broker> <bundle>` serves by HTTP and
 * in parts until it is ended, and says its address; `receive <way> <broker> <bundle> <key> <rate>` takes it into a file of the temporary
 * folder, behind everything else, and says how long that took, ms.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { partTopics } from "../../../deploy/mqtt/part-topics.ts";
import { readReleaseKey } from "../../../deploy/release/release-key.ts";
import { bundleHead } from "../../../deploy/update/bundle-head.ts";
import { fileSource } from "../../../deploy/update/file-source.ts";
import { httpSource } from "../../../deploy/update/http-source.ts";
import { offerServer } from "../../../deploy/update/offer-server.ts";
import { mqttParts } from "../../../deploy/update/parts/mqtt-parts.ts";
import { PartsServer } from "../../../deploy/update/parts/parts-server.ts";
import { receive } from "../../../deploy/update/receive.ts";
import { SlotFile } from "../../../deploy/update/slot-file.ts";
import { firstRecord } from "../../../deploy/update/slot-steps.ts";
import { HERE } from "../../deploy/update/a-place.ts";

const [, , role, ...words] = process.argv;
const TOPICS = partTopics("holdfast", "greenhouse");

if (role === "offer") await offer(...(words as [string, string]));
else await take(...(words as [string, string, string, string, string]));

async function offer(broker: string, bundle: string): Promise<void> {
  const source = await fileSource(bundle);
  const { release } = await bundleHead(source, bundle);
  const server = await offerServer(source, { host: "127.0.0.1", port: 0, tag: release });
  const client = await mqtt.connectAsync(broker);
  (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
  const parts = new PartsServer(source, release, async (part) => {
    await client.publishAsync(TOPICS.part, part, { qos: 0 });
  });
  client.on("message", (_topic, payload) => parts.heard(payload));
  await client.subscribeAsync(TOPICS.want, { qos: 0 });
  process.stdout.write(`http://127.0.0.1:${server.port}${server.path}\n`);
}

async function take(way: string, broker: string, bundle: string, key: string, rate: string): Promise<void> {
  setPriority(19);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-take-"));
  const file = await fileSource(bundle);
  const { release } = await bundleHead(file, bundle);
  await file.close();
  const records = new SlotFile(folder);
  records.write(firstRecord(undefined));
  const startedMs = performance.now();
  const place = { url: broker, root: "holdfast", board: "greenhouse" };
  const source = way === "parts" ? await mqttParts(place, { release }) : await httpSource(way);
  await receive({
    ...{
      source,
      records,
      trusted: [readReleaseKey(key)],
      where: bundle,
      here: HERE,
      notes: folder,
      limit: 1e9,
    },
    store: {
      wanted: ({ payloads }) => payloads,
      pathOf: () => join(folder, "payload"),
      assemble: async () => {},
      use: () => Promise.reject(new Error("nobody asks")),
    },
    flags: {},
    ...(Number(rate) > 0 && { rate: Number(rate) }),
    onProgress: () => {},
  });
  const ms = performance.now() - startedMs;
  await source.close();
  rmSync(folder, { recursive: true });
  process.stdout.write(`${ms}\n`);
}
