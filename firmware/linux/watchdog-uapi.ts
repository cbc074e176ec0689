/**
 * Requests and bits of the watchdog device (include/uapi/linux/watchdog.h,
 * Documentation/watchdog/watchdog-api.rst). Same numbers on arm, arm64 and x64.
 */

/** `struct watchdog_info` is 40 bytes, everything else an int. */
export const WATCHDOG_IOCTL = {
  support: 0x8028_5700,
  bootStatus: 0x8004_5702,
  setOptions: 0x8004_5704,
  keepAlive: 0x8004_5705,
  setTimeout: 0xc004_5706,
  getTimeout: 0x8004_5707,
} as const;

export const INFO_BYTES = 40;

/** Bits of `options` and of the boot status. */
export const WDIOF = {
  overheat: 0x0001,
  powerUnder: 0x0010,
  /** The last boot was a reset by this watchdog. */
  cardReset: 0x0020,
  setTimeout: 0x0080,
  magicClose: 0x0100,
  keepAlivePing: 0x8000,
} as const;

/** Written before the device is closed, it says that the silence that follows is meant. */
export const MAGIC_CLOSE = "V";

/** What the driver can do, and its name. */
export interface WatchdogInfo {
  readonly options: number;
  readonly identity: string;
}

export function decodeWatchdogInfo(bytes: Uint8Array): WatchdogInfo {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [identity = ""] = view.toString("latin1", 8, INFO_BYTES).split("\0");
  return { options: view.readUInt32LE(0), identity };
}
