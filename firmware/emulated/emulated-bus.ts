import type { BusStatus } from "../contracts/backend.ts";
import { ChipNak, type I2cChip, type MuxChip } from "../contracts/chip.ts";
import type { ChipFault, FreedBy } from "./chip-fault.ts";

/** How a transfer ended, and how long it took beyond the usual. */
export interface BusOutcome {
  readonly status: BusStatus;
  readonly bytes: Uint8Array;
  readonly slowMs: number;
}

const NOTHING = new Uint8Array(0);

interface Attached {
  readonly chip: I2cChip;
  /** Only a multiplexer: the buses behind it, by channel. */
  readonly channels?: ReadonlyMap<number, EmulatedBus>;
  fault: ChipFault | undefined;
  /** Holds SDA low now. */
  holds: boolean;
  random: number;
}

/**
 * An emulated I2C bus: register-level chips by 7-bit address, and what can go wrong with them. Behind a multiplexer
 * are buses of the same kind: chips there answer, and hold the bus, while their channel is connected. Where several
 * chips answer one address each hears what is written, and what is read is low where any of them pulls it low.
 */
export class EmulatedBus {
  readonly #chips = new Map<number, Attached>();
  #powered = true;

  /** Throws RangeError for an address outside 0x03..0x77 or already taken. */
  attach(address: number, chip: I2cChip): void {
    this.#attach(address, { chip, fault: undefined, holds: false, random: 0 });
  }

  /** `channels`: the buses behind it, by channel. Throws as `attach` does. */
  attachMux(address: number, chip: MuxChip, channels: ReadonlyMap<number, EmulatedBus>): void {
    this.#attach(address, { chip, channels, fault: undefined, holds: false, random: 0 });
  }

  detach(address: number): void {
    this.#chips.delete(address);
  }

  /** Sets or ends (`undefined`) the fault of a chip. Throws RangeError when there is no chip. */
  setFault(address: number, fault: ChipFault | undefined): void {
    const attached = this.#chips.get(address);
    if (attached === undefined) throw new RangeError(`no chip at 0x${address.toString(16)}`);
    attached.fault = fault;
    attached.holds = fault?.kind === "stuck";
    if (fault?.kind === "corrupt") attached.random = fault.seed >>> 0 || 1;
  }

  transfer(address: number, write: Uint8Array, readLength: number): BusOutcome {
    if (this.held) return failed("bus_stuck");
    const answering = this.#answering(address);
    const [first] = answering;
    if (first === undefined) return failed("address_nak");
    if (first.fault?.kind === "holds") {
      first.holds = true;
      return failed("bus_stuck");
    }
    const slowMs = Math.max(...answering.map(({ fault }) => (fault?.kind === "slow" ? fault.ms : 0)));
    if (first.fault?.kind === "nak") return failed("data_nak");
    try {
      if (write.length > 0) for (const { chip } of answering) chip.receive(write);
      const read = readLength > 0 ? answering.map((each) => this.#read(each, readLength)) : [NOTHING];
      const bytes = read.reduce((low, other) => low.map((byte, at) => byte & other[at]!));
      return { status: "ok", bytes, slowMs };
    } catch (error) {
      if (error instanceof ChipNak) return { ...failed("data_nak"), slowMs };
      throw error;
    }
  }

  /** Some chip that is connected holds SDA low. */
  get held(): boolean {
    for (const { holds } of this.#chips.values()) if (holds) return true;
    return this.#connected().some((bus) => bus.held);
  }

  /** Nine clocks: free what those free. True when the bus works again. */
  recover(): boolean {
    this.#free("clocks");
    for (const bus of this.#connected()) bus.recover();
    return !this.held;
  }

  /** The reset line of a chip, or a command that has the same effect. Throws RangeError when there is no chip. */
  reset(address: number): void {
    const attached = this.#chips.get(address);
    if (attached === undefined) throw new RangeError(`no chip at 0x${address.toString(16)}`);
    attached.chip.powerUp?.();
    free(attached, "reset");
  }

  /** The rail of the bus and of everything behind its multiplexers. A chip without power answers nobody and holds nothing. */
  power(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    for (const attached of this.#chips.values()) {
      if (on) attached.chip.powerUp?.();
      for (const bus of attached.channels?.values() ?? []) bus.power(on);
    }
    this.#free("power");
  }

  /** One line a chip. */
  describe(): string[] {
    return [...this.#chips].map(([address, { chip, fault }]) => {
      const at = `0x${address.toString(16).padStart(2, "0")} ${chip.describe()}`;
      return fault === undefined ? at : `${at} (${fault.kind})`;
    });
  }

  #attach(address: number, attached: Attached): void {
    if (address < 0x03 || address > 0x77)
      throw new RangeError(`no chip can answer 0x${address.toString(16)}`);
    if (this.#chips.has(address)) throw new RangeError(`0x${address.toString(16)} is taken`);
    this.#chips.set(address, attached);
  }

  /** The buses behind multiplexers that are connected now. */
  #connected(): EmulatedBus[] {
    const connected: EmulatedBus[] = [];
    for (const { chip, channels } of this.#chips.values()) {
      for (const [channel, bus] of channels ?? []) {
        if (this.#powered && ((chip as MuxChip).open & (1 << channel)) !== 0) connected.push(bus);
      }
    }
    return connected;
  }

  #answering(address: number): Attached[] {
    const own = this.#chips.get(address);
    const away = own === undefined || own.fault?.kind === "unplugged" || own.fault?.kind === "hung";
    const here = away || !this.#powered ? [] : [own];
    return [...here, ...this.#connected().flatMap((bus) => bus.#answering(address))];
  }

  #read(attached: Attached, length: number): Uint8Array {
    const bytes = attached.chip.transmit(length);
    const { fault } = attached;
    if (fault?.kind !== "corrupt" || bytes.length === 0) return bytes;
    if (randomOf(attached) >= fault.probability) return bytes;
    const flipped = Uint8Array.from(bytes);
    const bit = Math.floor(randomOf(attached) * 8 * bytes.length);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    return flipped;
  }

  #free(by: FreedBy): void {
    for (const attached of this.#chips.values()) free(attached, by);
  }
}

/** What frees more frees what less would have freed; nine clocks bring no chip back that does not answer. */
const STRENGTH: Readonly<Record<FreedBy, number>> = { clocks: 0, reset: 1, power: 2, nothing: 3 };

function free(attached: Attached, by: FreedBy): void {
  const { fault } = attached;
  if (fault?.kind === "holds") attached.holds = false;
  if (fault?.kind !== "stuck" && fault?.kind !== "hung") return;
  if (STRENGTH[by] < STRENGTH[fault.freedBy ?? "clocks"]) return;
  attached.fault = undefined;
  attached.holds = false;
}

/** xorshift32, 0 <= x < 1. */
function randomOf(attached: Attached): number {
  let x = attached.random;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  attached.random = x >>> 0;
  return attached.random / 2 ** 32;
}

function failed(status: BusStatus): BusOutcome {
  return { status, bytes: NOTHING, slowMs: 0 };
}
