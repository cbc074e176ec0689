/** Who a board is: an id of its own that outlives its configuration's name, and the machine it runs on. */
import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { readText, writeDurably } from "./durable-text.ts";

/** Unique to a Pi, and not on its card (https://www.raspberrypi.com/documentation/computers/configuration.html#device-tree). */
const SERIAL = "/sys/firmware/devicetree/base/serial-number";

/**
 * The board's 128-bit id, 32 hex digits: read from the state folder, or made and kept there before it is used for the first
 * time. Where it can't be kept `notKept` is told why, and the id is one that the machine always gives this board.
 */
export function boardUid(folder: string, board: string, notKept: (why: string) => void): string {
  const file = join(folder, board, "uid");
  const known = readText(file);
  if (known !== undefined && /^[0-9a-f]{32}$/.test(known)) return known;
  const uid = randomBytes(16).toString("hex");
  try {
    writeDurably(file, `${uid}\n`);
    return uid;
  } catch (error) {
    notKept(`the id of the board: ${(error as Error).message}`);
    return digest(`${board} ${machineSerial()}`).slice(0, 32);
  }
}

/** The machine, as 16 hex digits of a hash, as machine-id(5) asks: nobody can follow it to other programs. */
export function machineHash(): string {
  return digest(machineSerial()).slice(0, 16);
}

function machineSerial(): string {
  // A string of the device tree ends with a zero byte.
  const serial = readText(SERIAL)?.replaceAll("\0", "");
  return serial || readText("/etc/machine-id") || hostname();
}

function digest(text: string): string {
  return createHash("sha256").update(`holdfast ${text}`).digest("hex");
}
