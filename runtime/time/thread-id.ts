import { readlinkSync } from "node:fs";

/** The system's number of the calling thread, which Node does not tell. Throws where there is no /proc. */
export function threadId(): number {
  return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
}
