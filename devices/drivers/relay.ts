/**
 * A relay, contactor or valve on one output line. The line's policy (safe level, lease, shortest and longest
 * times) is kept below, by the guardian; this only says on and off and checks what it reads back.
 *
 * Not implemented: contact feedback; the level read back is that of the line, not of the load.
 */
import { LineError, type OutputLine } from "../../firmware/contracts/line.ts";

export class Relay {
  readonly #output: OutputLine;

  constructor(output: OutputLine) {
    this.#output = output;
  }

  /** Switches and returns the level read back. Throws `LineError`; `read_back` when the line does not follow. */
  set(on: boolean): boolean {
    const isOn = this.#output.write(on ? 1 : 0) === 1;
    if (isOn !== on)
      throw new LineError("read_back", this.#output.line, `wrote ${on ? "on" : "off"}, reads the opposite`);
    return isOn;
  }

  /** The present level is still wanted: renews the line lease. Throws `LineError`. */
  renew(): void {
    this.#output.renew();
  }

  /** Level read back from the line. Throws `LineError`. */
  isOn(): boolean {
    return this.#output.read() === 1;
  }
}
