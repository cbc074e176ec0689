import type { MqttClient as MqttJsClient } from "mqtt";
import { type MqttVersion, publishPacket } from "./publish-packet.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** One MQTT.js client from CONNECT to its end. */
export class Attempt {
  readonly client: MqttJsClient;
  readonly version: MqttVersion;
  readonly sinceMs: number;
  readonly pending = new Set<{ readonly done: ((error?: Error) => void) | undefined }>();
  /** The broker's socket was open. */
  opened = false;
  /** TLS stands; never where there is none. */
  secured = false;
  /** The broker said something that shows it understood CONNECT. */
  answered = false;
  /** The broker ended the connection; never when this side did, having waited for CONNACK long enough. */
  hungUp = false;
  refusedVersion = false;
  online = false;
  cause: string | undefined;
  subscriptions: Subscriptions | undefined;

  constructor(client: MqttJsClient, version: MqttVersion, sinceMs: number) {
    this.client = client;
    this.version = version;
    this.sinceMs = sinceMs;
    client.stream.once("connect", () => {
      this.opened = true;
    });
    client.stream.once("secureConnect", () => {
      this.secured = true;
    });
    for (const event of ["end", "error"] as const) {
      // Before MQTT.js, which tells of an error at once.
      client.stream.prependOnceListener(event, () => {
        this.hungUp = true;
      });
    }
  }

  /** With QoS 0, past MQTT.js: that writes each packet of its own whole, in one turn. */
  publishNow(topic: string, payload: Uint8Array): void {
    this.client.stream.write(publishPacket(topic, payload, this.version));
  }

  /** Destroys the socket; MQTT.js may still report errors of it, which nobody needs. */
  end(): void {
    this.online = false;
    this.subscriptions?.end();
    this.client.removeAllListeners("error");
    this.client.on("error", () => {});
    this.client.end(true);
    this.client.stream.destroy();
  }

  /** Tells everybody who waits for an acknowledgement that none will come. */
  abandon(cause: string): void {
    const waiting = [...this.pending];
    this.pending.clear();
    for (const { done } of waiting) done?.(new Error(cause));
  }
}
