import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** What the kernel's PWM class keeps of a channel (Documentation/ABI/testing/sysfs-class-pwm). */
export const PWM_ATTRIBUTES = ["period", "duty_cycle", "enable", "polarity"] as const;
export type PwmAttribute = (typeof PWM_ATTRIBUTES)[number];

/** The attributes of one channel: the kernel's, or ones that a test keeps by the same rules. */
export interface PwmAttributes {
  /** Its text, without the line end. Throws an Error with the kernel's `code`. */
  read(name: PwmAttribute): string;
  /** Throws an Error with the kernel's `code`: EINVAL, EBUSY, ... */
  write(name: PwmAttribute, text: string): void;
  close(): void;
}

/** Longest text of an attribute: a number of 64 bits. */
const TEXT_BYTES = 24;

/** An exported channel, its files kept open: a read or write is one system call and takes microseconds. */
export class PwmFiles implements PwmAttributes {
  readonly #fds: Readonly<Record<PwmAttribute, number>>;
  readonly #bytes = Buffer.alloc(TEXT_BYTES);

  private constructor(fds: Readonly<Record<PwmAttribute, number>>) {
    this.#fds = fds;
  }

  /** `folder`: `/sys/class/pwm/pwmchip0/pwm1`. Throws the error of open(2). */
  static open(folder: string): PwmFiles {
    const fds: Partial<Record<PwmAttribute, number>> = {};
    try {
      for (const name of PWM_ATTRIBUTES) fds[name] = openSync(`${folder}/${name}`, "r+");
    } catch (error) {
      for (const fd of Object.values(fds)) closeSync(fd);
      throw error;
    }
    return new PwmFiles(fds as Record<PwmAttribute, number>);
  }

  read(name: PwmAttribute): string {
    const length = readSync(this.#fds[name], this.#bytes, 0, TEXT_BYTES, 0);
    return this.#bytes.toString("latin1", 0, length).trimEnd();
  }

  write(name: PwmAttribute, text: string): void {
    writeSync(this.#fds[name], text, 0);
  }

  /** The channel stays exported and goes on as it is. */
  close(): void {
    for (const fd of Object.values(this.#fds)) closeSync(fd);
  }
}
