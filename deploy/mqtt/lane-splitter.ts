/**
 * Takes the packets of one kind out of what a broker sends: those with QoS 0 on topics that begin with a prefix. All else
 * goes on byte by byte. Pure.
 */
import { isPlainPublish, type MqttVersion, readLength, readPublish } from "./publish-packet.ts";

/** The packets that are taken out. */
export interface Lane {
  /** Their topics begin so; ASCII. */
  readonly prefix: string;
  /** One of them. `payload` is a view of what the socket read: it may be kept, and pins up to 64 KB with it. */
  received(topic: string, payload: Uint8Array): void;
}

/** A longer packet is none of the lane: what comes in pieces is kept until it is whole, bytes. */
const LONGEST = 1 << 20;

export class LaneSplitter {
  readonly #lane: Lane;
  readonly #prefix: Uint8Array;
  readonly #version: MqttVersion;
  readonly #onRest: (bytes: Uint8Array) => void;
  /** The begin of a packet of which it is not known yet whose it is, or which is the lane's and not whole. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** So many bytes are there before it is worth a look. */
  #wanted = 0;
  /** Bytes of a packet that goes on. */
  #passing = 0;
  #isBroken = false;

  constructor(lane: Lane, version: MqttVersion, onRest: (bytes: Uint8Array) => void) {
    this.#lane = lane;
    this.#prefix = Buffer.from(lane.prefix);
    this.#version = version;
    this.#onRest = onRest;
  }

  /** What the socket read. Packets of the lane that it completes are handed over before it returns. */
  take(chunk: Uint8Array): void {
    if (this.#isBroken) {
      this.#onRest(chunk);
      return;
    }
    let bytes = chunk;
    if (this.#heldBytes > 0) {
      this.#held.push(chunk);
      this.#heldBytes += chunk.length;
      if (this.#heldBytes < this.#wanted) return;
      bytes = Buffer.concat(this.#held);
      this.#held = [];
      this.#heldBytes = 0;
    }
    this.#split(bytes);
  }

  #split(bytes: Uint8Array): void {
    /** What lies between these two goes on. */
    let [from, at] = [0, Math.min(this.#passing, bytes.length)];
    this.#passing -= at;
    while (at < bytes.length) {
      const end = this.#endOf(bytes, at);
      if (end === "unknown") break;
      if (typeof end === "object") {
        this.#passOn(bytes, from, at);
        this.#handOver(bytes.subarray(end.from, end.to));
        [from, at] = [end.to, end.to];
      } else {
        this.#passing = Math.max(0, end - bytes.length);
        at = Math.min(end, bytes.length);
      }
    }
    this.#passOn(bytes, from, at);
    if (at === bytes.length) return;
    const left = bytes.subarray(at);
    this.#held = [left];
    this.#heldBytes = left.length;
  }

  /**
   * Of the packet at `at`: where it ends when it goes on, where its topic begins and it ends when it is the lane's;
   * `unknown` while too little of it is there.
   */
  #endOf(bytes: Uint8Array, at: number): number | "unknown" | { from: number; to: number } {
    const length = readLength(bytes, at + 1);
    if (length === "short") return this.#wait(bytes.length - at + 1);
    if (length === "malformed") {
      // MQTT.js says so, too, and ends the connection.
      this.#isBroken = true;
      return bytes.length;
    }
    const from = at + 1 + length.bytes;
    const to = from + length.length;
    const topicAt = from + 2;
    if (!isPlainPublish(bytes[at]!) || length.length > LONGEST || to < topicAt + this.#prefix.length)
      return to;
    if (bytes.length < topicAt + this.#prefix.length) return this.#wait(topicAt + this.#prefix.length - at);
    const topicBytes = (bytes[from]! << 8) + bytes[from + 1]!;
    if (topicBytes < this.#prefix.length || !this.#begins(bytes, topicAt)) return to;
    return bytes.length < to ? this.#wait(to - at) : { from, to };
  }

  #begins(bytes: Uint8Array, at: number): boolean {
    for (let index = 0; index < this.#prefix.length; index++)
      if (bytes[at + index] !== this.#prefix[index]) return false;
    return true;
  }

  #wait(bytes: number): "unknown" {
    this.#wanted = bytes;
    return "unknown";
  }

  #passOn(bytes: Uint8Array, from: number, to: number): void {
    if (to > from) this.#onRest(bytes.subarray(from, to));
  }

  /** What does not fit together is dropped, as if it were lost. */
  #handOver(rest: Uint8Array): void {
    const packet = readPublish(rest, this.#version);
    if (packet !== undefined) this.#lane.received(packet.topic, packet.payload);
  }
}
