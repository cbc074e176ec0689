/**
 * Which node of a broker is used: the first that is written, and after each failure the one that follows, round and round.
 *
 * A node that was lost is not asked again before the others: a machine that is off takes seconds to not answer. Boards of a
 * fleet write the list each beginning with another node; nothing else spreads them.
 */
import { type BrokerAddress, parseBrokerUrls } from "./broker-address.ts";

export class BrokerRound {
  readonly #addresses: readonly [BrokerAddress, ...BrokerAddress[]];
  #at = 0;

  /** `urls` with commas between them. Throws an Error for what is no address. */
  constructor(urls: string) {
    this.#addresses = parseBrokerUrls(urls);
  }

  /** The one to use. */
  get current(): BrokerAddress {
    return this.#addresses[this.#at]!;
  }

  /** That one failed. */
  next(): void {
    this.#at = (this.#at + 1) % this.#addresses.length;
  }
}
