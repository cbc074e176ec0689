/** The last act of the watchdog thread: what the kernel's thread was doing, into the log, and the end of the process. */
import { writeSync } from "node:fs";
import { Session } from "node:inspector";

/**
 * A thread that runs JavaScript tells within 1 to 5 ms where it is, ms; on a machine with ten times too much to do it
 * took 50. Outputs are fenced by then, and while this lasts nobody pets: should it fail, the guardian sees silence.
 */
const ASK_MS = 50;
const LONGEST_STACK = 2000;
const QUESTION = "new Error().stack";

/**
 * Kills the process within `ASK_MS`, from a thread other than its main one whose event loop runs. `why`, `atUs` and
 * the main thread's stack, when that can still tell it, go to standard error.
 */
export function endRuntime(why: string, atUs: number): void {
  setTimeout(() => end(why, atUs, null), ASK_MS);
  try {
    const session = new Session();
    session.connectToMainThread();
    session.post("Runtime.evaluate", { expression: QUESTION }, (error, answer) => {
      const stack: unknown = error === null ? answer.result.value : null;
      end(why, atUs, typeof stack === "string" ? framesIn(stack) : null);
    });
  } catch {
    end(why, atUs, null); // a debugger has the inspector: no stack
  }
}

function end(why: string, atUs: number, stack: readonly string[] | null): void {
  try {
    writeSync(2, `${JSON.stringify({ watchdog: { endRuntime: why, atUs, stack } })}\n`);
  } catch {
    // A log that is full must not keep the runtime alive.
  }
  process.kill(process.pid, "SIGKILL");
}

/** Without the question itself. */
function framesIn(stack: string): readonly string[] {
  return stack
    .slice(0, LONGEST_STACK)
    .split("\n")
    .slice(1)
    .map((frame) => frame.trim())
    .filter((frame) => !/^at <anonymous>:\d/.test(frame));
}
