import { closeSync, writeSync } from "node:fs";
import { pipe, pollLater } from "./system-calls.ts";

const POLLFD_BYTES = 8;
const POLLIN = 1;
/** POLLERR, POLLHUP and POLLNVAL, which poll(2) tells without being asked. */
const POLLGONE = 8 | 16 | 32;
const WAKE = Buffer.of(1);

/**
 * Tells when descriptors have something to read. Node can watch files, pipes and sockets but no GPIO descriptor,
 * so one thread of libuv's pool waits in poll(2) for all of them; it costs nothing while nothing happens, and
 * 50 us an edge (decisions/0003). A pipe wakes it when the watch ends, also at the end of the process, which
 * would wait for the thread.
 */
export class EdgeWatch {
  readonly #fds: readonly number[];
  readonly #onReadable: (index: number) => void;
  readonly #polled: Buffer;
  readonly #pipe = pipe();
  readonly #atExit = () => this.close();
  #open = true;

  /** `onReadable` must read all or part of what is there: it is called again as long as something is. */
  constructor(fds: readonly number[], onReadable: (index: number) => void) {
    this.#fds = fds;
    this.#onReadable = onReadable;
    this.#polled = Buffer.alloc((fds.length + 1) * POLLFD_BYTES);
    for (const [index, fd] of [...fds, this.#pipe.readFd].entries()) {
      this.#polled.writeInt32LE(fd, index * POLLFD_BYTES);
      this.#polled.writeInt16LE(POLLIN, index * POLLFD_BYTES + 4);
    }
    process.once("exit", this.#atExit);
    this.#wait();
  }

  /** The thread is free again soon after; nobody is called any more. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.removeListener("exit", this.#atExit);
    writeSync(this.#pipe.writeFd, WAKE);
  }

  #wait(): void {
    pollLater(this.#polled, this.#fds.length + 1, (ready) => {
      for (const index of ready > 0 && this.#open ? this.#fds.keys() : []) {
        const events = this.#polled.readInt16LE(index * POLLFD_BYTES + 6);
        // A chip that was taken out of the kernel is ready for ever; poll(2) passes over negative descriptors.
        if ((events & POLLGONE) !== 0) this.#polled.writeInt32LE(-1, index * POLLFD_BYTES);
        else if (this.#open && (events & POLLIN) !== 0) this.#onReadable(index);
      }
      if (this.#open) this.#wait();
      else this.#end();
    });
  }

  #end(): void {
    closeSync(this.#pipe.readFd);
    closeSync(this.#pipe.writeFd);
  }
}
