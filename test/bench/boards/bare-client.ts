/** Round trips and messages over bare MQTT.js, from this process to another one. */
import { fork } from "node:child_process";
import mqtt, { type MqttClient } from "mqtt";
import type { BareEcho } from "./bare-echo.ts";
import type { Amount } from "./call-bodies.ts";

const WINDOW = 1000;
const ACKNOWLEDGED = 250;

export class BareClient {
  readonly #url: string;
  readonly #payload: Buffer;

  constructor(url: string, payloadBytes: number) {
    this.#url = url;
    this.#payload = Buffer.alloc(payloadBytes, "x");
  }

  /** Each time, us. */
  roundTrips({ count, warmUp }: Amount): Promise<number[]> {
    return this.#with("trip", 1, async (client, send) => {
      const times: number[] = [];
      for (let n = 0; n < warmUp + count; n++) {
        const sinceMs = performance.now();
        const answered = message(client);
        send();
        await answered;
        times.push((performance.now() - sinceMs) * 1000);
      }
      return times.slice(warmUp);
    });
  }

  /** How long all but those of the warm-up took, us. */
  pour({ count, warmUp }: Amount): Promise<number> {
    return this.#with("pour", ACKNOWLEDGED, async (client, send) => {
      let [sent, got, sinceMs] = [0, 0, 0];
      await new Promise<void>((done) => {
        const more = () => {
          if (got === warmUp) sinceMs = performance.now();
          const upTo = got < warmUp ? warmUp : warmUp + count;
          for (; sent < upTo && sent < got + WINDOW; sent++) send();
          if (got >= warmUp + count) done();
        };
        // Several may come in one turn of the event loop.
        client.on("message", () => {
          got += ACKNOWLEDGED;
          more();
        });
        more();
      });
      return (performance.now() - sinceMs) * 1000;
    });
  }

  async #with<T>(
    name: string,
    every: number,
    work: (client: MqttClient, send: () => void) => Promise<T>,
  ): Promise<T> {
    const [there, back] = [`bare/${name}/there`, `bare/${name}/back`];
    const plan: BareEcho = { url: this.#url, from: there, to: back, every };
    const echo = fork(new URL("./bare-echo.js", import.meta.url), [JSON.stringify(plan)], { execArgv: [] });
    const client = mqtt.connect(this.#url, { protocolVersion: 5 });
    try {
      await new Promise<void>((done) => client.once("connect", () => done()));
      (client.stream as unknown as { setNoDelay(is: boolean): void }).setNoDelay(true);
      await client.subscribeAsync(back, { qos: 0 });
      await this.#meet(client, there);
      return await work(client, () => void client.publish(there, this.#payload, { qos: 0 }));
    } finally {
      await client.endAsync(true);
      const gone = new Promise((done) => echo.once("exit", done));
      echo.kill("SIGKILL");
      await gone;
    }
  }

  /** Until the other end is there. */
  async #meet(client: MqttClient, there: string): Promise<void> {
    let answered = false;
    client.on("message", () => {
      answered = true;
    });
    for (let tries = 0; !answered; tries++) {
      if (tries === 100) throw new Error("the other end of bare MQTT.js does not answer");
      client.publish(there, "", { qos: 0 });
      await new Promise((done) => setTimeout(done, 100));
    }
    // What else was asked is answered by now.
    await new Promise((done) => setTimeout(done, 200));
    client.removeAllListeners("message");
  }
}

function message(client: MqttClient): Promise<void> {
  return new Promise((done) => client.once("message", () => done()));
}
