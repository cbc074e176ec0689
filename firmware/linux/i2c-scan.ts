import { closeSync, constants, openSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { HardwareError } from "../contracts/hardware-error.ts";
import { openRemedy } from "./i2c-open.ts";
import { addressOf, ioctl, POINTER_BYTES, SystemCallError } from "./system-calls.ts";

/** linux/i2c-dev.h, linux/i2c.h. */
const I2C_SLAVE = 0x0703;
const I2C_FUNCS = 0x0705;
const I2C_SMBUS = 0x0720;
const FUNCTION = { quick: 0x0001_0000n, readByte: 0x0002_0000n } as const;
const WRITE = 0;
const READ = 1;
const QUICK = 0;
const BYTE = 1;
/** union i2c_smbus_data: a block and its length. */
const DATA_BYTES = 34;
/** Addresses below and above are reserved (I2C specification, 3.1.12). */
const FIRST = 0x08;
const LAST = 0x77;

/** Who is on a bus. */
export interface I2cScan {
  /** 7-bit addresses that acknowledged, ascending. */
  readonly answered: readonly number[];
  /** Addresses that a kernel driver holds; they were not asked. */
  readonly held: readonly number[];
}

/**
 * Asks every address in turn whether somebody is there, as i2cdetect does by default: by reading a byte where a write of
 * nothing could change a memory (0x30-0x37, 0x50-0x5f), else by the write of nothing, which no other part takes for
 * anything. Blocks for 20 to 50 ms at 100 kHz, a second on a bus that is stuck. Never on a bus that a board runs on: the
 * transfers were not admitted there. Throws `HardwareError` for a bus that cannot be opened, is stuck, or whose adapter can
 * ask neither way.
 */
export function scanI2cBus(bus: string): I2cScan {
  const fd = openBus(`/dev/${bus}`);
  try {
    const functions = Buffer.alloc(8);
    ioctl(fd, I2C_FUNCS, functions, `functions of ${bus}`);
    const can = functions.readBigUInt64LE();
    if ((can & (FUNCTION.quick | FUNCTION.readByte)) === 0n) {
      throw new HardwareError("its adapter can ask no address whether somebody is there");
    }
    const answered: number[] = [];
    const held: number[] = [];
    for (let address = FIRST; address <= LAST; address++) {
      const answer = askAddress(fd, address, can);
      if (answer === "held") held.push(address);
      else if (answer === "answers") answered.push(address);
    }
    return { answered, held };
  } finally {
    closeSync(fd);
  }
}

function openBus(path: string): number {
  try {
    return openSync(path, constants.O_RDWR);
  } catch (error) {
    throw new HardwareError(openRemedy(path, (error as NodeJS.ErrnoException).code ?? ""));
  }
}

/** By which of the two ways an address is asked; undefined when the adapter has neither for it. */
export function wayToAsk(address: number, functions: bigint): "quick" | "readByte" | undefined {
  const memory = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f);
  if (!memory && (functions & FUNCTION.quick) !== 0n) return "quick";
  return (functions & FUNCTION.readByte) !== 0n ? "readByte" : undefined;
}

function askAddress(fd: number, address: number, functions: bigint): "answers" | "silent" | "held" {
  const way = wayToAsk(address, functions);
  if (way === undefined) return "silent";
  try {
    ioctl(fd, I2C_SLAVE, BigInt(address), "choice of an address");
  } catch (error) {
    if (errnoOf(error) === osConstants.errno.EBUSY) return "held";
    throw error;
  }
  try {
    if (way === "quick") smbus(fd, WRITE, QUICK);
    else smbus(fd, READ, BYTE);
    return "answers";
  } catch (error) {
    // Each further address would take a second to say the same.
    if (errnoOf(error) === osConstants.errno.ETIMEDOUT) {
      throw new HardwareError("nothing moves on it (ETIMEDOUT): SDA or SCL is held low, or has no pull-up");
    }
    return "silent";
  }
}

/** struct i2c_smbus_ioctl_data: direction and command of 8 bits, size of 32, then a pointer at its own alignment. */
function smbus(fd: number, direction: number, size: number): void {
  const data = Buffer.alloc(DATA_BYTES);
  const request = Buffer.alloc(8 + POINTER_BYTES);
  request[0] = direction;
  request.writeUInt32LE(size, 4);
  if (POINTER_BYTES === 8) request.writeBigUInt64LE(addressOf(data), 8);
  else request.writeUInt32LE(Number(addressOf(data)), 8);
  ioctl(fd, I2C_SMBUS, request, "question to an address");
}

function errnoOf(error: unknown): number {
  if (error instanceof SystemCallError) return error.errno;
  throw error;
}
