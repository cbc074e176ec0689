/**
 * MQTT 5 or 3.1.1: 5 until the broker shows that it does not know it.
 *
 * It says so in CONNACK (return code 1 as NATS does, reason 132), or closes on a CONNECT that it does not understand, as RabbitMQ
 * 3.10 does. Closing once may be a broker that is just ending: it takes two in a row, and two more lead back to 5. What was
 * found stays: nothing a board needs is in 5 alone.
 */
export class VersionChoice {
  #version: 4 | 5 = 5;
  /** CONNECTs in a row that were answered by closing. */
  #closed = 0;

  /** 5, or 4 for MQTT 3.1.1. */
  get current(): 4 | 5 {
    return this.#version;
  }

  /** A CONNACK with this code; true when it refused the version, so that the other one is worth trying at once. */
  refused(code: number): boolean {
    if (this.#version !== 5 || (code !== 1 && code !== 132)) return false;
    this.#version = 4;
    return true;
  }

  /** The broker said something that shows it understood CONNECT. */
  understood(): void {
    this.#closed = 0;
  }

  /** The broker closed the connection before CONNACK; true when it is to be asked once more before others are. */
  closed(): boolean {
    if (++this.#closed < 2) return true;
    this.#closed = 0;
    this.#version = this.#version === 5 ? 4 : 5;
    return this.#version === 4;
  }
}
