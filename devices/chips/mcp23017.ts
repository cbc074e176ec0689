/**
 * Emulated MCP23017 16-bit I/O expander (Microchip DS20001952C, 2016), registers in the order of IOCON.BANK = 0.
 *
 * Not implemented: IOCON.BANK = 1, byte mode (SEQOP), interrupts (their registers only keep what is written).
 */
import { ChipNak, type I2cChip } from "../../firmware/contracts/chip.ts";

// Table 3-1, BANK = 0. Port A first, port B in the register after it.
const IODIR = 0x00;
const IPOL = 0x02;
const GPPU = 0x0c;
const INTF = 0x0e;
const GPIO = 0x12;
const OLAT = 0x14;
const REGISTERS = 0x16;
const PINS = 16;

/** A pin's level; undefined while the pin is an input. */
export type PinLevel = 0 | 1 | undefined;

export class Mcp23017Chip implements I2cChip {
  readonly #registers = new Uint8Array(REGISTERS);
  /** What the world holds pins at, stronger than the chip. */
  readonly #held = new Map<number, 0 | 1>();
  #pointer = 0;
  #onChange: (pin: number, level: PinLevel) => void = () => {};

  constructor() {
    this.#reset();
  }

  // Wire: the first byte is a register, those after it go there and to the registers that follow (3.2.1).

  receive(bytes: Uint8Array): void {
    const [register, ...values] = bytes;
    if (register === undefined) return;
    if (register >= REGISTERS) throw new ChipNak(0, `MCP23017 has no register 0x${register.toString(16)}`);
    this.#pointer = register;
    for (const value of values) this.#write(this.#step(), value);
  }

  transmit(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#read(this.#step()));
  }

  describe(): string {
    const text = (register: number) =>
      [register + 1, register].map((one) => this.#registers[one]!.toString(2).padStart(8, "0")).join(" ");
    return `MCP23017 latch ${text(OLAT)} inputs ${text(IODIR)}`;
  }

  // World.

  /** What a pin drives: 0 is GPA0, 8 is GPB0. */
  level(pin: number): PinLevel {
    return bit(this.#registers, IODIR, pin) === 1 ? undefined : bit(this.#registers, OLAT, pin);
  }

  /** Hears of every pin that changes what it drives. */
  onChange(listener: (pin: number, level: PinLevel) => void): void {
    this.#onChange = listener;
  }

  /** A short circuit, or an input's signal: the pin is at this level whatever the chip does; undefined lets go. */
  hold(pin: number, level: 0 | 1 | undefined): void {
    if (level === undefined) this.#held.delete(pin);
    else this.#held.set(pin, level);
  }

  /** Lost its power and has it again: every register as after power-up, all pins inputs. */
  powerCycle(): void {
    this.#change(() => this.#reset());
  }

  #reset(): void {
    this.#registers.fill(0);
    this.#registers.fill(0xff, IODIR, IODIR + 2); // Table 3-1, POR/RST value
    this.#pointer = 0;
  }

  /** The address of this byte; the next byte has the next one, after the last the first. */
  #step(): number {
    const register = this.#pointer;
    this.#pointer = (register + 1) % REGISTERS;
    return register;
  }

  #write(register: number, value: number): void {
    if (register >= INTF && register < GPIO) return; // INTF and INTCAP are read-only (3.5.8, 3.5.9)
    this.#change(() => {
      // Writing the port writes the latch (3.5.10).
      this.#registers[register < GPIO ? register : OLAT + (register & 1)] = value;
    });
  }

  #read(register: number): number {
    if (register < GPIO || register >= OLAT) return this.#registers[register]!;
    const port = (register & 1) * 8;
    let value = 0;
    for (let pin = port; pin < port + 8; pin++)
      value |= (this.#pin(pin) ^ bit(this.#registers, IPOL, pin)) << (pin & 7);
    return value;
  }

  /** What the pin is at: the pull-up of an input is 100 kOhm, without it an open input is taken as low. */
  #pin(pin: number): 0 | 1 {
    return this.#held.get(pin) ?? this.level(pin) ?? bit(this.#registers, GPPU, pin);
  }

  #change(by: () => void): void {
    const before = Array.from({ length: PINS }, (_, pin) => this.level(pin));
    by();
    for (const [pin, was] of before.entries())
      if (this.level(pin) !== was) this.#onChange(pin, this.level(pin));
  }
}

function bit(registers: Uint8Array, register: number, pin: number): 0 | 1 {
  return ((registers[register + (pin >> 3)]! >> (pin & 7)) & 1) as 0 | 1;
}
