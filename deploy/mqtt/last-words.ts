import type { MqttClient } from "./mqtt-client.ts";

/** How long the last words may take, ms: who ends waits for no broker. */
const LIMIT_MS = 1000;

/** Publishes a message, retained, and resolves when it is acknowledged, failed, has no room, or took a second. */
export function lastWords(
  client: Pick<MqttClient, "publish">,
  { topic, payload }: { readonly topic: string; readonly payload: string },
): Promise<void> {
  return new Promise((done) => {
    const limit = setTimeout(done, LIMIT_MS);
    const said = () => {
      clearTimeout(limit);
      done();
    };
    if (!client.publish(topic, payload, { qos: 1, retain: true, done: said })) said();
  });
}
