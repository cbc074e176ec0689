/** One direction of one connection, with its weather. Fleeting packets are lost, doubled and overtaken, all others are only late. */
import type { Socket } from "node:net";
import { isFleeting, MqttPackets } from "./mqtt-packets.ts";
import type { Weather } from "./weather.ts";

/** Bytes that wait while it is held; then the sender waits, too. */
const MOST_WAITING = 4_194_304;

export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #draw: (limit: number) => number;
  readonly #packets = new MqttPackets();
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** When the last packet that keeps its place is delivered, ms. */
  #lastMs = 0;

  constructor(from: Socket, to: Socket, weather: () => Weather, draw: (limit: number) => number) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.#draw = draw;
    from.on("data", (bytes: Buffer) => {
      for (const packet of this.#packets.feed(bytes)) this.#carry(Buffer.from(packet));
    });
  }

  /** The weather has changed. */
  changed(): void {
    if (this.#weather().held) return;
    const waiting = this.#waiting.splice(0);
    this.#waitingBytes = 0;
    this.#from.resume();
    for (const packet of waiting) this.#carry(packet);
  }

  #carry(packet: Buffer): void {
    const { held, delayMs, jitterMs, lossPercent, doublePercent } = this.#weather();
    if (held) {
      this.#waiting.push(packet);
      this.#waitingBytes += packet.length;
      if (this.#waitingBytes > MOST_WAITING) this.#from.pause();
      return;
    }
    const nowMs = performance.now();
    if (!isFleeting(packet)) {
      this.#lastMs = Math.max(this.#lastMs, nowMs + delayMs);
      this.#deliver(packet, this.#lastMs - nowMs);
      return;
    }
    if (this.#draw(100) < lossPercent) return;
    for (let times = this.#draw(100) < doublePercent ? 2 : 1; times > 0; times--)
      this.#deliver(packet, delayMs + (jitterMs === 0 ? 0 : this.#draw(jitterMs)));
  }

  /** What is due now goes now: timers of one millisecond would reorder what has no delay. */
  #deliver(packet: Buffer, inMs: number): void {
    const write = () => {
      if (this.#to.writable) this.#to.write(packet);
    };
    if (inMs < 1) write();
    else setTimeout(write, inMs);
  }
}
