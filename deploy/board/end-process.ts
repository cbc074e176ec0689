/**
 * How the command line ends. Node's own way out waits for the threads that compile for V8, and one of them may wait for a collection by
 * the thread that waits for it (nodejs/node#54918): one command in some thousands stood there for ever. So what is written is written to
 * its end, and then the process ends by _exit(2), which waits for nobody.
 *
 * That skips what Node does last: output that is shared with others stays non-blocking, which ends a `cat` or a shell script that comes
 * after (EAGAIN), so it gets the flags back that it came with. A profile (`--cpu-prof`) is not written. Where there is no such call (not
 * Linux) Node's own end remains.
 */
import { readFileSync } from "node:fs";

/** Longest that somebody may take to read what was said last, of a process that does not end by itself, ms. */
const READ_MS = 2000;
const STANDARD = [0, 1, 2] as const;

/** File flags of standard input, output and error; read as this module is loaded, before anything is said. */
const CAME_WITH = STANDARD.map(fileFlags);

/** From now on this process ends so when it has nothing left to do. Call it once. */
export function endsAtOnce(): void {
  // Nothing is left in any stream by then, whoever reads slowly: each keeps the loop alive.
  process.once("beforeExit", () => void leave());
}

/**
 * For who has something left that would go on, such as timers: ends when what was said is read, or 2 s later, with `code`, else
 * `process.exitCode`. Does not return.
 */
export async function endProcess(code?: number): Promise<never> {
  if (code !== undefined) process.exitCode = code;
  const timeUp = new Promise((done) => setTimeout(done, READ_MS));
  await Promise.race([Promise.all([process.stdout, process.stderr].map(written)), timeUp]);
  return leave();
}

/** Listeners of "exit" come first: a terminal is given back. */
async function leave(): Promise<never> {
  // Loaded at the end: `run` stays a small process until then.
  const calls = await import("../../firmware/linux/system-calls.ts").catch(() => undefined);
  if (calls !== undefined)
    process.once("exit", (code) => {
      for (const fd of STANDARD) {
        const flags = CAME_WITH[fd];
        if (flags === undefined || flags === fileFlags(fd)) continue;
        try {
          calls.setFileFlags(fd, flags);
        } catch {
          // Closed since then: nobody shares it.
        }
      }
      calls.exitAtOnce(Number(code));
    });
  return process.exit();
}

/** Resolves when all is read, or nobody reads any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}

/** Undefined where /proc does not say, or the file is not open. */
function fileFlags(fd: number): number | undefined {
  try {
    return Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))![1]!, 8);
  } catch {
    return undefined;
  }
}
