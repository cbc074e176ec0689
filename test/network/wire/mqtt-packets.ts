/** A byte stream cut into whole MQTT packets, as far as a network that loses some has to know them (MQTT 5, 2.1). */

/** A length of 268,435,455 takes four bytes (1.5.5). */
const LONGEST_LENGTH = 4;

export class MqttPackets {
  #rest: Buffer = Buffer.alloc(0);

  /** The packets that are whole with these bytes. */
  *feed(bytes: Buffer): Generator<Buffer> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let length = lengthOf(this.#rest); length <= this.#rest.length; length = lengthOf(this.#rest)) {
      yield this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
    }
  }
}

/** PUBLISH with QoS 0, not retained (3.3.1): what a broker may lose. */
export function isFleeting(packet: Buffer): boolean {
  return (packet[0]! & 0xf7) === 0x30;
}

/** Bytes of the packet that begins here; `Infinity` while that cannot be told. */
function lengthOf(bytes: Buffer): number {
  let length = 0;
  for (let at = 1; at <= LONGEST_LENGTH && at < bytes.length; at++) {
    length += (bytes[at]! & 0x7f) * 0x80 ** (at - 1);
    if (bytes[at]! < 0x80) return 1 + at + length;
  }
  return Number.POSITIVE_INFINITY;
}
