/**
 * 1-wire as drivers see it: one device of a bus, addressed by the bus owner, and its function commands. A request
 * parks the calling cell until the bus owner answered; it never waits for a conversion, which takes up to 750 ms: a
 * command starts one, and what it gave is read afterwards.
 */

/** What the guardian is told about a 1-wire bus. */
export interface W1Plan {
  /** The line of its data wire: `GPIO4`. */
  readonly line: string;
  /** Devices by their places on the bus: family and serial number as the kernel writes them, `28-0316a2794bff`. */
  readonly devices: readonly string[];
}

/** Why a request failed; each code has one physical cause. */
export type W1ErrorCode =
  /** The device does not answer: unplugged, unpowered, its number is another, or noise spoils whatever it says. */
  | "absent"
  /** What it was told to do is not done yet; ask again. */
  | "not_ready"
  /** The owner of the bus did not answer in time. */
  | "timeout"
  /** The caller was fenced: a newer incarnation owns the device. */
  | "fenced"
  /** The request breaks the rules: a command that the bus owner cannot carry out, device not granted. */
  | "refused";

/** A failed request: which bus, which device by its place on it, what happened. */
export class W1Error extends Error {
  override readonly name = "W1Error";
  readonly code: W1ErrorCode;
  readonly bus: string;
  readonly place: number;

  constructor(code: W1ErrorCode, bus: string, place: number, detail?: string) {
    super(`${code} at ${bus}, device ${place}${detail ? `: ${detail}` : ""}`);
    this.code = code;
    this.bus = bus;
    this.place = place;
  }
}

/** One device on one bus. Every method throws `W1Error`. */
export interface W1Target {
  readonly bus: string;
  /** In the plan of the bus, 0..127. */
  readonly place: number;
  /** A function command and the bytes that belong to it. */
  write(bytes: readonly number[]): void;
  /** A function command, then bytes of the device. */
  writeRead(bytes: readonly number[], length: number): Uint8Array;
}
