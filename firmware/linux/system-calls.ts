/**
 * The calls that Node does not make, through koffi (Node-API, prebuilt; decisions/0003). A call costs
 * 0.5 us; the asynchronous forms run on a thread of libuv's pool and occupy it until they return.
 */
import { constants } from "node:os";
import koffi from "koffi";

/** What the kernel said no to. `errno` is positive, `code` its name or `errno 123` where Node knows none. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = errnoName(errno);
    super(`${call}: ${code}`);
    this.errno = errno;
    this.code = code;
  }
}

const library = koffi.load(null);
const cIoctl = library.func("int ioctl(int fd, unsigned long request, void *argument)");
const cPoll = library.func("int poll(void *fds, unsigned long count, int timeoutMs)");
const cPipe = library.func("int pipe2(void *fds, int flags)");
const cSocket = library.func("int socket(int domain, int type, int protocol)");
const cSendto = library.func(
  "long sendto(int fd, void *bytes, unsigned long length, int flags, void *address, unsigned int addressLength)",
);

const cSyscall = library.func("long syscall(long number, int first, void *second, uint third, uint fourth)");
const cExit = library.func("void _exit(int code)");
const cFcntl = library.func("int fcntl(int fd, int command, int argument)");
const cFlock = library.func("int flock(int fd, int operation)");
const cAdjtimex = library.func("int adjtimex(void *timex)");

/** `O_CLOEXEC | O_NONBLOCK`, the same on arm, arm64 and x64. */
const PIPE_FLAGS = 0o2000000 | 0o4000;
const AF_UNIX = 1;
/** `SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK`, the same on arm, arm64 and x64. */
const DATAGRAMS = 2 | 0o2000000 | 0o4000;
/** `MSG_DONTWAIT | MSG_NOSIGNAL`. */
const SEND_FLAGS = 0x40 | 0x4000;

/**
 * ioctl(2). The argument is a structure, or a number for requests that take one by value; `what` names the request in the
 * error. Throws `SystemCallError`.
 */
export function ioctl(fd: number, request: number, argument: Uint8Array | bigint, what: string): number {
  const result = cIoctl(fd, request, argument) as number;
  if (result < 0) throw new SystemCallError(what, koffi.errno());
  return result;
}

/**
 * ioctl(2) on a pool thread; `done` gets 0 or a positive error number. The argument, and what it points to, must
 * stay as it is until then.
 */
export function ioctlLater(
  fd: number,
  request: number,
  argument: Uint8Array,
  done: (errno: number) => void,
): void {
  cIoctl.async(fd, request, argument, (error: unknown, result: number) => {
    if (error !== null) throw error;
    done(result < 0 ? koffi.errno() : 0);
  });
}

/**
 * poll(2) without a time limit on a pool thread, over an array of `struct pollfd`. `done` gets how many are ready;
 * below 1 the array says nothing.
 */
export function pollLater(fds: Uint8Array, count: number, done: (ready: number) => void): void {
  cPoll.async(fds, count, -1, (error: unknown, ready: number) => {
    if (error !== null) throw error;
    done(ready);
  });
}

/** A pipe that closes on exec and never blocks. Throws `SystemCallError`. */
export function pipe(): { readonly readFd: number; readonly writeFd: number } {
  const fds = new Int32Array(2);
  if ((cPipe(fds, PIPE_FLAGS) as number) < 0) throw new SystemCallError("pipe2", koffi.errno());
  return { readFd: fds[0]!, writeFd: fds[1]! };
}

/** A Unix socket for datagrams that closes on exec and never blocks. Throws `SystemCallError`. */
export function datagramSocket(): number {
  const fd = cSocket(AF_UNIX, DATAGRAMS, 0) as number;
  if (fd < 0) throw new SystemCallError("socket", koffi.errno());
  return fd;
}

/** Sends one datagram to `address`, a `struct sockaddr_un`; never waits. 0, or a positive error number. */
export function sendDatagram(fd: number, bytes: Uint8Array, address: Uint8Array): number {
  const sent = cSendto(fd, bytes, bytes.length, SEND_FLAGS, address, address.length) as number;
  return sent < 0 ? koffi.errno() : 0;
}

/**
 * syscall(2), for calls that libc has no name for; the number depends on the machine. `undefined` when it was done, else the
 * name of the error.
 */
export function systemCall(
  number: number,
  first: number,
  second: Uint8Array,
  third: number,
  fourth: number,
): string | undefined {
  const result = cSyscall(number, first, second, third, fourth) as number;
  return result < 0 ? errnoName(koffi.errno()) : undefined;
}

/** Ends the process, all its threads as they stand (_exit(2)): no handler runs, nobody is waited for. `code`: 0 to 255. */
export function exitAtOnce(code: number): never {
  cExit(code);
  throw new TypeError("_exit(2) does not return");
}

/** Of fcntl(2), the same on arm, arm64 and x64. */
const F_SETFL = 4;

/** Gives an open file other flags (`O_NONBLOCK`, `O_APPEND`, ...), for all who share it (fcntl(2)). Throws `SystemCallError`. */
export function setFileFlags(fd: number, flags: number): void {
  if ((cFcntl(fd, F_SETFL, flags) as number) < 0) throw new SystemCallError("fcntl", koffi.errno());
}

/** `struct timex` with room to spare: 208 bytes on 64-bit machines, 128 on others. */
const TIMEX_BYTES = 256;
/** What adjtimex(2) returns while the kernel's clock is set by nobody. */
const TIME_ERROR = 5;

/** Whether NTP or another source keeps the kernel's clock (adjtimex(2), asked only). Throws `SystemCallError`. */
export function clockSynchronised(): boolean {
  const state = cAdjtimex(Buffer.alloc(TIMEX_BYTES)) as number;
  if (state < 0) throw new SystemCallError("adjtimex", koffi.errno());
  return state !== TIME_ERROR;
}

/** `LOCK_EX | LOCK_NB`. */
const EXCLUSIVE_NOW = 2 | 4;

/**
 * Takes the file for whoever opened it, until that is closed or its process has ended (flock(2)); never waits. False: another has it. Throws
 * `SystemCallError` where the file system has no locks.
 */
export function lockFile(fd: number): boolean {
  if ((cFlock(fd, EXCLUSIVE_NOW) as number) === 0) return true;
  const errno = koffi.errno();
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw new SystemCallError("flock", errno);
}

/** Where a buffer's memory lies, for structures that point to it; it stays there as long as the buffer lives. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

/** Bytes of a pointer in the structures of this machine. */
export const POINTER_BYTES: number = koffi.sizeof("void *");

/** `EBUSY` for 16. */
export function errnoName(errno: number): string {
  const names = Object.entries(constants.errno).find(([, number]) => number === errno);
  return names?.[0] ?? `errno ${errno}`;
}
