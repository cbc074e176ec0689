import { closeSync, constants, openSync } from "node:fs";
import { constants as osConstants } from "node:os";
import type { BusPlan } from "../contracts/bus-plan.ts";
import type { SpiChipPlan } from "../contracts/spi.ts";
import type { TransferDone } from "./i2c-dev-bus.ts";
import type { LinuxBus } from "./linux-bus.ts";
import { encodeSpiTransfer, SPI_IOCTL, SPI_TRANSFER_BYTES } from "./spi-uapi.ts";
import { ioctl, ioctlLater, SystemCallError } from "./system-calls.ts";

/** Of the guardian's protocol: a transfer is at most 256 bytes. */
const MAX_BYTES = 256;
const NOTHING = new Uint8Array(0);

/**
 * One SPI bus through /dev/spidevB.C, a file for each chip select; transfers run on a pool thread. A file that cannot be
 * opened is tried again at each transfer, which then ends with `timeout`; `report` hears why, once for each reason.
 */
export class SpiDevBus implements LinuxBus {
  readonly #number: string;
  readonly #chips: readonly SpiChipPlan[];
  readonly #report: (why: string) => void;
  readonly #fds = new Map<number, number>();
  readonly #told = new Map<number, string>();
  readonly #write = Buffer.alloc(MAX_BYTES);
  readonly #read = Buffer.alloc(MAX_BYTES);
  readonly #message = Buffer.alloc(SPI_TRANSFER_BYTES);
  #underWay = false;
  #closed = false;

  /** `bus` of the plan is `spi0`. Opens what can be opened. */
  constructor({ bus, spi = [] }: BusPlan, report: (why: string) => void) {
    this.#number = bus.slice("spi".length);
    this.#chips = spi;
    this.#report = report;
    for (const chip of spi) this.#fd(chip);
  }

  transfer(select: number, write: Uint8Array, readLength: number, done: TransferDone): void {
    const chip = this.#chips.find((chip) => chip.select === select);
    if (chip === undefined || write.length !== readLength || this.#underWay) {
      done("refused", NOTHING, 0);
      return;
    }
    const fd = this.#fd(chip);
    if (fd === undefined) {
      done("timeout", NOTHING, 0);
      return;
    }
    this.#write.set(write);
    const { length } = write;
    encodeSpiTransfer(this.#message, { write: this.#write, read: this.#read, length, hz: chip.hz });
    this.#underWay = true;
    ioctlLater(fd, SPI_IOCTL.message, this.#message, (errno) => {
      this.#underWay = false;
      if (this.#closed) this.#closeFiles();
      if (errno === 0) done("ok", this.#read, length);
      else done(errno === osConstants.errno.EINVAL ? "refused" : "timeout", NOTHING, 0);
    });
  }

  /** SPI has no state that a chip could hold. */
  recover(done: (works: boolean) => void): void {
    done(true);
  }

  /** A transfer under way still ends, and is answered. */
  close(): void {
    this.#closed = true;
    if (!this.#underWay) this.#closeFiles();
  }

  #closeFiles(): void {
    for (const fd of this.#fds.values()) closeSync(fd);
    this.#fds.clear();
  }

  /** The file of a chip select, in its mode; undefined while it cannot be had. */
  #fd({ select, mode, hz }: SpiChipPlan): number | undefined {
    const kept = this.#fds.get(select);
    if (kept !== undefined) return kept;
    const path = `/dev/spidev${this.#number}.${select}`;
    let fd: number | undefined;
    try {
      fd = openSync(path, constants.O_RDWR);
      ioctl(fd, SPI_IOCTL.writeMode, Uint8Array.of(mode), `mode of ${path}`);
      ioctl(fd, SPI_IOCTL.writeMaxHz, new Uint8Array(Uint32Array.of(hz).buffer), `clock of ${path}`);
      this.#fds.set(select, fd);
      this.#told.delete(select);
      return fd;
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      if (!(error instanceof SystemCallError) && !(error instanceof Error && "code" in error)) throw error;
      const { code } = error as { code: string };
      const why = `${path}: ${REMEDIES[code] ?? `cannot be used (${code})`}`;
      if (this.#told.get(select) !== why) this.#report(why);
      this.#told.set(select, why);
      return undefined;
    }
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'no such chip select: "dtparam=spi=on" in /boot/firmware/config.txt turns on spi0 with CE0 and CE1',
  EACCES: "no right to it: the user must be in the group spi (sudo usermod -aG spi <user>)",
  EBUSY: "in use by somebody else; end that program",
  EINVAL: "its controller does not know this mode or clock",
};
