/**
 * An indicator LED on one output line. Unlike a relay it does not insist on what it reads back: a broken
 * indicator must not stop what it indicates.
 *
 * Not implemented: blinking, brightness.
 */
import type { OutputLine } from "../../firmware/contracts/line.ts";

export class Led {
  readonly #output: OutputLine;

  constructor(output: OutputLine) {
    this.#output = output;
  }

  /** Switches and returns the level read back. Throws `LineError`. */
  set(on: boolean): boolean {
    return this.#output.write(on ? 1 : 0) === 1;
  }

  /** Renews the line lease, where the line has one. Throws `LineError`. */
  renew(): void {
    this.#output.renew();
  }
}
