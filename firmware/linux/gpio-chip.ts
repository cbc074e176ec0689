import { closeSync, openSync, readdirSync, realpathSync } from "node:fs";
import {
  CHIP_INFO_BYTES,
  type ChipInfo,
  decodeChipInfo,
  decodeLineInfo,
  decodeRequestFd,
  encodeLineInfoQuery,
  encodeRequest,
  GPIO_IOCTL,
  type LineConfig,
  type LineInfo,
} from "./gpio-uapi.ts";
import { LineRequest } from "./line-request.ts";
import { ioctl } from "./system-calls.ts";

/** A GPIO chip by its character device. Every method throws `SystemCallError`, or the error of `open`. */
export class GpioChip {
  readonly path: string;
  readonly info: ChipInfo;
  readonly #fd: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
    const bytes = Buffer.alloc(CHIP_INFO_BYTES);
    ioctl(fd, GPIO_IOCTL.chipInfo, bytes, `information about ${path}`);
    this.info = decodeChipInfo(bytes);
  }

  static open(path: string): GpioChip {
    const fd = openSync(path, "r+");
    try {
      return new GpioChip(path, fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** The chip with this label, however it is numbered; undefined when there is none. */
  static find(label: string): GpioChip | undefined {
    for (const path of chipPaths()) {
      const chip = GpioChip.open(path);
      if (chip.info.label === label) return chip;
      chip.close();
    }
    return undefined;
  }

  /** What is known about a line without requesting it. */
  line(offset: number): LineInfo {
    const bytes = encodeLineInfoQuery(offset);
    ioctl(this.#fd, GPIO_IOCTL.lineInfo, bytes, `information about line ${offset} of ${this.info.label}`);
    return decodeLineInfo(bytes);
  }

  /** Makes lines ours. Fails with EBUSY when somebody has one of them. */
  request(
    offsets: readonly number[],
    consumer: string,
    config: LineConfig,
    eventBuffer?: number,
  ): LineRequest {
    const bytes = encodeRequest(offsets, consumer, config, eventBuffer);
    const what = `request of line ${offsets.join(", ")} of ${this.info.label}`;
    ioctl(this.#fd, GPIO_IOCTL.requestLines, bytes, what);
    return new LineRequest(decodeRequestFd(bytes), offsets);
  }

  /** The lines that were requested stay. */
  close(): void {
    closeSync(this.#fd);
  }
}

/** Every chip once: names of older kernels are links to the new ones. */
export function chipPaths(folder = "/dev"): string[] {
  const paths = readdirSync(folder)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((name) => realpathSync(`${folder}/${name}`));
  return [...new Set(paths)].sort();
}
