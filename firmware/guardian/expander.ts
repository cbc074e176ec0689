import type { BusStatus, FoundLine } from "../contracts/backend.ts";
import type { ExpanderPlan } from "../contracts/expander-plan.ts";
import type { PolicyTransfer } from "./policy-transfer.ts";

/** What an expander asks for, and what it answers. */
export interface ExpanderEffects {
  /** Hands a transfer in at its bus, ahead of all owners' (`BusOwner.policy`). */
  transfer(transfer: PolicyTransfer): void;
  /** The level that the pin reads after a drive, or when it was asked; NaN when the chip did not answer. */
  sensed(token: number, level: number): void;
  /** A round of transfers has ended, and all that waited for it were answered. */
  settled(): void;
}

interface Waiting {
  readonly token: number;
  readonly pin: number;
}

/**
 * One expander chip. Several outputs share its registers, so this holds what each bit should be, and a round of at most
 * three bounded transfers brings the chip there: latch, then direction (a pin that becomes an output has its level
 * already), then the port is read back. Nothing is assumed of the chip between two rounds: one that lost its power comes
 * back with all pins inputs, and the next round makes it right.
 *
 * What comes while a round is under way waits for the next one; bytes are filled in when a transfer's turn has come, so
 * a level that changed meanwhile never goes out in its old form.
 */
export class Expander {
  readonly #plan: ExpanderPlan;
  readonly #effects: ExpanderEffects;
  readonly #latch: Uint8Array;
  readonly #direction: Uint8Array;
  readonly #steps: { readonly [name in "latch" | "direction" | "port"]: PolicyTransfer };
  #waiting: Waiting[] = [];
  #round: Waiting[] = [];
  #busy = false;
  /** What pins are to be driven to once it is known what the others are. */
  #early: Map<number, number> | undefined;
  /** The chip may not be as it should be: the next round writes, others only read. */
  #dirty = true;

  constructor(plan: ExpanderPlan, effects: ExpanderEffects) {
    this.#plan = plan;
    this.#effects = effects;
    const { address, registers, pins } = plan;
    const bytes = pins / 8;
    this.#latch = registerBytes(registers.latch, bytes, 0x00);
    this.#direction = registerBytes(registers.direction, bytes, 0xff);
    const port = Uint8Array.of(registers.port);
    const next = (then: () => void) => (status: BusStatus) => (status === "ok" ? then() : this.#end());
    this.#steps = {
      latch: {
        ...{ address, bytes: this.#latch, readLength: 0 },
        done: next(() => effects.transfer(this.#steps.direction)),
      },
      direction: {
        ...{ address, bytes: this.#direction, readLength: 0 },
        done: next(() => effects.transfer(this.#steps.port)),
      },
      port: {
        ...{ address, bytes: port, readLength: bytes },
        done: (status, read, at) => this.#end(status === "ok" ? read.subarray(at, at + bytes) : undefined),
      },
    };
  }

  /** Reads what the chip's pins are, before anything is written; `found` gets one entry a pin. */
  adopt(found: (lines: readonly FoundLine[]) => void): void {
    this.#busy = true;
    this.#early = new Map();
    const { address, registers, pins } = this.#plan;
    const readLength = pins / 8;
    const read = (register: number, into: Uint8Array, then: (known: boolean) => void) =>
      this.#effects.transfer({
        ...{ address, readLength, bytes: Uint8Array.of(register) },
        done: (status, bytes, at) => {
          if (status === "ok") into.set(bytes.subarray(at, at + readLength), 1);
          then(status === "ok");
        },
      });
    read(registers.latch, this.#latch, (latchKnown) =>
      read(registers.direction, this.#direction, (directionKnown) => {
        const known = latchKnown && directionKnown;
        const lines = Array.from({ length: pins }, (_, pin): FoundLine => {
          const driven = known && bitOf(this.#direction, pin + 8) === 0;
          return { driven, level: bitOf(this.#latch, pin + 8) };
        });
        const early = this.#early;
        this.#early = undefined;
        for (const [pin, level] of early ?? []) this.#set(pin, level);
        this.#busy = false;
        found(lines);
        this.#start();
      }),
    );
  }

  /** Makes the pin an output at this electrical level and reads it back. */
  drive(pin: number, level: number, token: number): void {
    if (this.#early === undefined) this.#set(pin, level);
    else this.#early.set(pin, level);
    this.sense(pin, token);
  }

  /** Reads the pin. */
  sense(pin: number, token: number): void {
    this.#waiting.push({ pin, token });
    this.#start();
  }

  #set(pin: number, level: number): void {
    setBit(this.#latch, pin + 8, level);
    setBit(this.#direction, pin + 8, 0);
    this.#dirty = true;
  }

  #start(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    const [round, dirty] = [this.#waiting, this.#dirty];
    this.#waiting = this.#round;
    this.#round = round;
    this.#dirty = false;
    this.#effects.transfer(dirty ? this.#steps.latch : this.#steps.port);
  }

  /** `port`: its bytes; undefined when a transfer failed. */
  #end(port?: Uint8Array): void {
    for (const { token, pin } of this.#round)
      this.#effects.sensed(token, port === undefined ? NaN : bitOf(port, pin));
    this.#round.length = 0;
    if (port === undefined) this.#dirty = true; // who knows what arrived: the next round writes everything
    this.#busy = false;
    this.#effects.settled();
    this.#start();
  }
}

function registerBytes(register: number, length: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(1 + length).fill(fill);
  bytes[0] = register;
  return bytes;
}

function bitOf(bytes: Uint8Array, bit: number): 0 | 1 {
  return ((bytes[bit >> 3]! >> (bit & 7)) & 1) as 0 | 1;
}

function setBit(bytes: Uint8Array, bit: number, value: number): void {
  const mask = 1 << (bit & 7);
  if (value > 0) bytes[bit >> 3]! |= mask;
  else bytes[bit >> 3]! &= ~mask;
}
