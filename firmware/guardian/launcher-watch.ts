import { Socket } from "node:net";
import type { Watcher } from "./keep-alive.ts";

/** Pace at which a launcher hears of the guardian, ms. */
export const LAUNCHER_BEAT_MS = 500;
/** Beats that may wait for a launcher that is stopped (Ctrl-Z); more would say nothing more. */
const MOST_WAITING = 64;

/**
 * Tells the program that started the guardian that it lives: a byte at each beat on a pipe that both have. `fd`: the
 * guardian's end. A launcher that is gone or stopped costs nothing.
 */
export function launcherWatcher(fd: number): Watcher {
  const pipe = new Socket({ fd, readable: false, writable: true });
  pipe.on("error", () => {}); // the launcher is gone: standard input says so, too
  pipe.unref();
  return {
    everyMs: LAUNCHER_BEAT_MS,
    alive: () => {
      if (!pipe.destroyed && pipe.writableLength < MOST_WAITING) pipe.write(".");
    },
  };
}
