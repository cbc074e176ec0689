import { closeSync } from "node:fs";
import type { ServiceLink } from "../contracts/watchdog.ts";
import { datagramSocket, sendDatagram } from "./system-calls.ts";

const AF_UNIX = 1;
/** `sun_path` of unix(7). */
const LONGEST_PATH = 108;

/**
 * The way to systemd, as sd_notify(3) describes it: datagrams to the socket that the service was started with. One
 * socket for the whole life and no helper program, so a beat costs one system call. Nothing waits for the manager: what
 * it does not take at once is dropped and counted.
 */
export class ServiceManager implements ServiceLink {
  readonly #fd: number;
  readonly #address: Uint8Array;
  /** Messages that the manager's socket did not take. */
  dropped = 0;

  /** `socket`: the value of `NOTIFY_SOCKET`. Throws RangeError for one that is neither a path nor an abstract name. */
  constructor(socket: string) {
    this.#address = encodeUnixAddress(socket);
    this.#fd = datagramSocket();
  }

  /** In service: the lines are adopted and at their policy. */
  ready(status: string): void {
    this.#say(`READY=1\nSTATUS=${oneLine(status)}`);
  }

  /** Alive, for `WatchdogSec`. */
  alive(): void {
    this.#say("WATCHDOG=1");
  }

  /** A line for `systemctl status`. */
  status(text: string): void {
    this.#say(`STATUS=${oneLine(text)}`);
  }

  /** An orderly stop begins. */
  stopping(): void {
    this.#say("STOPPING=1\nSTATUS=outputs to their safe levels");
  }

  close(): void {
    closeSync(this.#fd);
  }

  #say(text: string): void {
    if (sendDatagram(this.#fd, Buffer.from(text), this.#address) !== 0) this.dropped++;
  }
}

/**
 * `struct sockaddr_un` for an absolute path (ended by NUL) or, with `@` in front, for an abstract name (begun by NUL,
 * not ended: its length counts), unix(7). Throws RangeError.
 */
export function encodeUnixAddress(socket: string): Uint8Array {
  const abstract = socket.startsWith("@");
  const path = abstract ? Buffer.from(`\0${socket.slice(1)}`) : Buffer.from(`${socket}\0`);
  if ((!abstract && !socket.startsWith("/")) || path.length > LONGEST_PATH || path.length < 2) {
    const allowed = `an absolute path or @ and a name, at most ${LONGEST_PATH - 1} bytes`;
    throw new RangeError(
      `NOTIFY_SOCKET: found "${socket}", allowed is ${allowed}; systemd sets it by itself`,
    );
  }
  const family = Buffer.alloc(2);
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = AF_UNIX;
  return Buffer.concat([family, path]);
}

/** A line break would begin another assignment. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}
