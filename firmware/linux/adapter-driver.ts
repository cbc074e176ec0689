import { realpathSync } from "node:fs";
import { access, constants, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** The kernel waits in `unbind` until nobody has the bus open; that may be for ever. */
const UNBIND_LIMIT_MS = 500;

/** Why an adapter cannot be taken from its driver, and what helps. */
export class NoRebind extends Error {
  override readonly name = "NoRebind";
}

/**
 * The kernel driver of an I2C adapter, which is taken away from it and given back through sysfs
 * (Documentation/driver-api/driver-model/binding.rst). Binding sets the pins' function anew. Nothing here waits in a
 * system call on the guardian's thread.
 */
export class AdapterDriver {
  readonly #folder: string;
  readonly #device: string;

  private constructor(folder: string, device: string) {
    this.#folder = folder;
    this.#device = device;
  }

  /** Of a bus that is there, `i2c-1`. Throws `NoRebind` when its device has no driver that can be unbound, or no right to it. */
  static async find(bus: string): Promise<AdapterDriver> {
    let folder: string;
    let device: string;
    try {
      const parent = dirname(realpathSync(`/sys/bus/i2c/devices/${bus}`));
      device = basename(parent);
      folder = realpathSync(`${parent}/driver`);
      await access(`${folder}/unbind`, constants.F_OK);
    } catch {
      throw new NoRebind(`no nine clocks: the adapter of ${bus} has no driver that can be taken away`);
    }
    try {
      await access(`${folder}/unbind`, constants.W_OK);
    } catch {
      throw new NoRebind(
        `no nine clocks: no right to write ${folder}/unbind; run the service as root, or give its group that right`,
      );
    }
    return new AdapterDriver(folder, device);
  }

  /** Nobody in this process may have the bus open. Throws `NoRebind` when somebody else has it. */
  async unbind(): Promise<void> {
    const done = writeFile(`${this.#folder}/unbind`, this.#device).then(() => true);
    done.catch(() => {}); // also where it comes later
    const limit = new Promise<false>((resolve) => setTimeout(() => resolve(false), UNBIND_LIMIT_MS).unref());
    if (await Promise.race([done, limit])) return;
    // It may fail as late: the next transfer finds the bus away, says so and tries to open it again.
    done.then(() => this.bind()).catch(() => {});
    throw new NoRebind("no nine clocks: another program has the bus open (sudo fuser /dev/i2c-*)");
  }

  /** The adapter is there again when this resolves, under its old number. */
  async bind(): Promise<void> {
    await writeFile(`${this.#folder}/bind`, this.#device);
  }
}
