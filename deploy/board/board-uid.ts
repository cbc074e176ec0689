/** Who a board is: an id of its own that outlives its configuration's name, and the machine it runs on. */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

/** Unique to a Pi, and not on its card (https://www.raspberrypi.com/documentation/computers/configuration.html#device-tree). */
const SERIAL = "/sys/firmware/devicetree/base/serial-number";

/**
 * The board's 128-bit id, 32 hex digits: read from the state folder, or made and kept there before it is used for the first
 * time. Where it can't be kept `notKept` is told why, and the id is one that the machine always gives this board.
 */
export function boardUid(folder: string, board: string, notKept: (why: string) => void): string {
  const file = join(folder, board, "uid");
  const known = read(file);
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
  const serial = read(SERIAL)?.replaceAll("\0", "");
  return serial || read("/etc/machine-id") || hostname();
}

function digest(text: string): string {
  return createHash("sha256").update(`holdfast ${text}`).digest("hex");
}

/** The text of a file without white space around it; undefined where there is none. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined; // not every system has one, and no board at its first start
  }
}

/** After a power cut there is the whole file or none: written aside, renamed, and the folder's entry with it. */
function writeDurably(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = openSync(`${file}.new`, "w");
  try {
    writeSync(aside, text);
    fsyncSync(aside);
  } finally {
    closeSync(aside);
  }
  renameSync(`${file}.new`, file);
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
