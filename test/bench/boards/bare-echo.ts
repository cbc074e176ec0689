/** The other end of bare MQTT.js: a client in a process of its own that sends back what comes, or counts it. */
import mqtt from "mqtt";

export interface BareEcho {
  readonly url: string;
  readonly from: string;
  readonly to: string;
  /** One answer for so many. */
  readonly every: number;
}

const { url, from, to, every } = JSON.parse(process.argv[2]!) as BareEcho;
const client = mqtt.connect(url, { protocolVersion: 5 });
let came = 0;
client.stream.once("connect", () =>
  (client.stream as unknown as { setNoDelay(is: boolean): void }).setNoDelay(true),
);
client.on("connect", () => void client.subscribe(from, { qos: 0 }));
client.on("message", (_, payload) => {
  // Somebody asks whether this end is there.
  if (payload.length === 0) came = 0;
  else came++;
  if (came % every === 0) client.publish(to, payload, { qos: 0 });
});
process.on("disconnect", () => process.exit());
