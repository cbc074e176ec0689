/** A board of the demo as a process tree of its own: `holdfast run` with its own ports and folders. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { logLine } from "../cli/log-line.ts";

export interface BoardProcessOptions {
  readonly id: string;
  /** Of `holdfast run`, after the word itself. */
  readonly args: readonly string[];
  /** A line for people, about this board. */
  readonly say: (line: string) => void;
}

/** Seen from dist. */
const PROGRAM = fileURLToPath(new URL("../cli/main.js", import.meta.url));

export class BoardProcess {
  readonly id: string;
  readonly #options: BoardProcessOptions;
  #child: ChildProcess | undefined;
  #runtimePid: number | undefined;

  constructor(options: BoardProcessOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves to its exit code once all of it has ended; -1 where a signal ended it. */
  start(): Promise<number> {
    const { args, say } = this.#options;
    // In a session of its own: Ctrl-C reaches the demo, which then stops its boards in order.
    const child = spawn(process.execPath, [PROGRAM, "run", "--json", ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        const entry = parse(line);
        const { pid } = (entry?.runtimeStarted ?? {}) as { readonly pid?: number };
        if (pid !== undefined) this.#runtimePid = pid;
        if (entry?.runtimeExited !== undefined) this.#runtimePid = undefined; // the number may soon be another's
        const { error } = entry ?? {};
        const text = typeof error === "string" ? error : logLine(line, entry);
        if (text !== undefined) say(text);
      });
    return new Promise((done) => {
      child.once("exit", (code) => {
        this.#child = undefined;
        done(code ?? -1);
      });
    });
  }

  /** As Ctrl-C does: outputs to their safe levels first. A second time its runtime ends at once. */
  stop(): void {
    this.#child?.kill("SIGINT");
  }

  /** Ends its runtime without a warning; its guardian starts it again. False when there is none. */
  killRuntime(): boolean {
    if (this.#runtimePid === undefined) return false;
    try {
      process.kill(this.#runtimePid, "SIGKILL");
    } catch {
      return false; // it has just ended by itself
    }
    return true;
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // a plain line, such as the sentence about a port that is in use
  }
}
