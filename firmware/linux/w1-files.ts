import { open, writeFile } from "node:fs/promises";

/** Where Linux shows 1-wire devices. */
const DEVICES = "/sys/bus/w1/devices";
/** Longest text of a scratchpad: two lines of nine bytes. */
const TEXT_BYTES = 128;

/**
 * What the kernel's w1_therm does for us, each on a thread of the pool, where it sleeps through a conversion
 * (Documentation/w1/slaves/w1_therm.rst). Rejects with the error of the file.
 */
export interface W1Files {
  /** Converts and reads: the text of `w1_slave`. After `convertAll` it reads only. */
  scratchpad(device: string): Promise<string>;
  /** Resolution of the conversions that follow, 9..12 bits; not kept by the device when it loses power. */
  setResolution(device: string, bits: number): Promise<void>;
  /** One conversion of every device on the bus of this one. ENOENT before Linux 5.8, which has no such thing. */
  convertAll(device: string): Promise<void>;
}

/** Those of this machine. */
export const w1Files: W1Files = {
  scratchpad: async (device) => {
    const file = await open(`${DEVICES}/${device}/w1_slave`, "r");
    try {
      // One read: a second one would convert again.
      const { bytesRead, buffer } = await file.read(Buffer.alloc(TEXT_BYTES), 0, TEXT_BYTES, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  },
  setResolution: (device, bits) => write(`${DEVICES}/${device}/resolution`, `${bits}`),
  // A device is a link below the bus, so this names the folder of its bus.
  convertAll: (device) => write(`${DEVICES}/${device}/../therm_bulk_read`, "trigger"),
};

/** Attributes are there or not: nothing is created in their place. */
async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "r+" });
}

/**
 * The nine bytes of a scratchpad in the text of `w1_slave`, checksum included. The first of its two lines is what came
 * over the wire; the second repeats the last good one. The checksum of the first may be wrong (`NO`) before Linux 5.8; since
 * then the text is empty when five tries have failed. Undefined where there are no bytes.
 */
export function decodeScratchpad(text: string): Uint8Array | undefined {
  const [, hex] = /^((?:[0-9a-f]{2} ){9}): crc=/.exec(text) ?? [];
  return hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}
