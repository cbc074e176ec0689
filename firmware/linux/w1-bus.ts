import type { BusPlan } from "../contracts/bus-plan.ts";
import type { TransferDone } from "./i2c-dev-bus.ts";
import type { LinuxBus } from "./linux-bus.ts";
import { decodeScratchpad, type W1Files } from "./w1-files.ts";

/** Function commands of a DS18B20 (Maxim 19-7487 rev 6, table 3): what the kernel has a way for. */
const CONVERT = 0x44;
const READ_SCRATCHPAD = 0xbe;
const WRITE_SCRATCHPAD = 0x4e;

const SCRATCHPAD_BYTES = 9;
const NOTHING = new Uint8Array(0);

interface Sensor {
  readonly device: string;
  wanted: boolean;
  /** Bits that it is to be set to before its next conversion. */
  bits: number | undefined;
  /** Of its last conversion; undefined while that is under way, and before the first. */
  scratchpad: Uint8Array | undefined;
  absent: boolean;
}

/**
 * A 1-wire bus through the kernel's w1_therm (decisions/0012). The kernel sleeps through conversions, so they run in rounds on a
 * pool thread, one at a time, and transfers are answered from memory at once: "convert" notes who wants to be in
 * the next round, "read scratchpad" gives what the last round brought, nothing while one is still to come.
 *
 * Where several want to be in a round, one conversion is started for all of them. A device that does not answer is
 * `address_nak`, and asked anew at its next "convert".
 */
export class W1Bus implements LinuxBus {
  readonly #sensors: readonly Sensor[];
  readonly #files: W1Files;
  #running = false;
  #closed = false;

  constructor({ w1 }: BusPlan, files: W1Files) {
    this.#sensors = (w1?.devices ?? []).map((device) => {
      return { device, wanted: false, bits: undefined, scratchpad: undefined, absent: false };
    });
    this.#files = files;
  }

  transfer(place: number, write: Uint8Array, readLength: number, done: TransferDone): void {
    const sensor = this.#sensors[place];
    const [command] = write;
    if (sensor === undefined) {
      done("refused", NOTHING, 0);
    } else if (command === CONVERT && readLength === 0) {
      sensor.wanted = true;
      sensor.scratchpad = undefined;
      sensor.absent = false;
      done("ok", NOTHING, 0);
      if (!this.#running) void this.#run();
    } else if (command === WRITE_SCRATCHPAD && write.length === 4 && readLength === 0) {
      sensor.bits = 9 + ((write[3]! >> 5) & 3); // table 2: R1 R0
      done("ok", NOTHING, 0);
    } else if (command === READ_SCRATCHPAD && readLength === SCRATCHPAD_BYTES) {
      const { scratchpad = NOTHING } = sensor;
      if (sensor.absent) done("address_nak", NOTHING, 0);
      else done("ok", scratchpad, scratchpad.length);
    } else {
      done("refused", NOTHING, 0);
    }
  }

  /** The kernel resets the bus before each request. */
  recover(done: (works: boolean) => void): void {
    done(true);
  }

  /** A round under way ends by itself, for nobody. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (;;) {
      const round = this.#sensors.filter(({ wanted }) => wanted);
      if (round.length === 0 || this.#closed) break;
      for (const sensor of round) sensor.wanted = false;
      for (const sensor of round) await this.#setUp(sensor);
      const [first] = round;
      if (round.length > 1) await attempt(this.#files.convertAll(first!.device)); // else each converts by itself
      for (const sensor of round) await this.#read(sensor);
    }
    this.#running = false;
  }

  async #setUp(sensor: Sensor): Promise<void> {
    const { device, bits } = sensor;
    if (bits === undefined) return;
    sensor.bits = undefined;
    // What came of it is in the scratchpad: whoever wants another resolution sees it there.
    await attempt(this.#files.setResolution(device, bits));
  }

  /** Whoever was told to convert again meanwhile is in the next round, and has no answer until then. */
  async #read(sensor: Sensor): Promise<void> {
    const text = await attempt(this.#files.scratchpad(sensor.device));
    if (sensor.wanted) return;
    sensor.scratchpad = text === undefined ? undefined : decodeScratchpad(text);
    sensor.absent = sensor.scratchpad === undefined;
  }
}

/** Undefined where the kernel says no: the device is gone, or does not know how. */
async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
