/**
 * The guardian under `holdfast run`, which does for it what the service's unit does: starts it again however often it ends,
 * ends one that hangs, and runs the stop step in between, so that no output waits for a guardian that does not come.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { BackOff } from "../../firmware/guardian/back-off.ts";
import type { BoardOptions } from "../board/options.ts";
import { poolThreads } from "../board/pool-threads.ts";
import { STOP_PLAN } from "../board/stop-plan.ts";
import { EXIT } from "./exit-code.ts";
import { watchGuardian } from "./guardian-silence.ts";
import { logLine } from "./log-line.ts";
import { startProcess } from "./start-process.ts";

/** Outputs need somebody who holds them: one that ends at once is started again no later than this. The first time it takes 250 ms. */
const LONGEST_RESTART_MS = 5000;

export class LaunchedGuardian {
  /** The exit code of the whole: after an orderly end of the guardian, and when nothing is left to run on. */
  readonly ended: Promise<number>;
  readonly #options: BoardOptions;
  readonly #buses: number;
  readonly #json: boolean;
  readonly #backOff = new BackOff(LONGEST_RESTART_MS);
  #done: (code: number) => void = () => {};
  #process: ChildProcess | undefined;
  #startedMs = 0;
  #runtimePid: number | undefined;
  #stopping = false;
  /** Nothing is left to run on, and another guardian would find it so too. */
  #hardwareGone = false;
  #hasRun = false;
  #lastTry = false;

  /** `buses`: how many transfers may block at a time. */
  constructor(options: BoardOptions, buses: number, json: boolean) {
    this.#options = options;
    this.#buses = buses;
    this.#json = json;
    this.ended = new Promise((done) => {
      this.#done = done;
    });
  }

  /** It ends, or has ended. */
  get stopping(): boolean {
    return this.#stopping;
  }

  start(): void {
    const guardian = startProcess("guardian-main.js", this.#options, ["pipe", "inherit", "pipe", "pipe"], {
      UV_THREADPOOL_SIZE: poolThreads(this.#buses),
      HOLDFAST_BEAT_FD: "3",
    });
    this.#process = guardian;
    this.#startedMs = performance.now();
    watchGuardian(guardian, this.#options.limits.guardianMs, (silentMs) =>
      this.#say({ guardianHung: { silentMs } }, `the guardian has hung for ${silentMs} ms: ending it`),
    );
    createInterface({ input: guardian.stderr! }).on("line", (line) => this.#hear(line));
    // Ctrl-C came between two guardians: the next one still has to make the lines of the last safe.
    if (this.#stopping) guardian.stdin!.end();
    guardian.stdin!.on("error", () => {}); // it died before it read that it should stop
    guardian.on("exit", (code, signal) => void this.#exited(code, signal));
  }

  /** In order: outputs to their safe levels first. Not by a signal, which would end a guardian that is still loading its code without them. */
  stop(): void {
    this.#stopping = true;
    this.#process?.stdin?.end();
  }

  /** The runtime goes now; the guardian still reads back safe levels before it ends. */
  endRuntime(): void {
    if (this.#runtimePid === undefined) return;
    try {
      process.kill(this.#runtimePid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }

  /** The emulated world has ended. */
  hardwareIsGone(): void {
    this.#hardwareGone = true;
    this.stop();
  }

  #hear(line: string): void {
    const event = parseLog(line);
    if (event?.runtimeStarted !== undefined) this.#runtimePid = (event.runtimeStarted as { pid: number }).pid;
    if (event?.runtimeExited !== undefined) this.#runtimePid = undefined; // the number may soon be another's
    this.#hasRun ||= event?.guardianStarted !== undefined;
    // One that has run leaves lines behind that the next one must make safe, whenever it can have them.
    if (event?.noHardware !== undefined && !this.#hasRun) this.#hardwareGone = this.#stopping = true;
    const text = this.#json ? line : logLine(line, event);
    if (text !== undefined) process.stderr.write(`${text}\n`);
  }

  async #exited(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    // One that was killed while it should stop may have left lines on: one more makes them safe.
    if (this.#stopping && (signal === null || this.#hardwareGone || this.#lastTry))
      return this.#done(code === 0 ? EXIT.ok : EXIT.failed);
    this.#lastTry = this.#stopping;
    const how = signal ?? `code ${code}`;
    this.#say(
      { guardianExited: { code, signal } },
      `the guardian ended (${how}): starting it again, it adopts the lines`,
    );
    const livedUs = (performance.now() - this.#startedMs) * 1000;
    await this.#stopStep(signal === null ? "exit-code" : "signal");
    setTimeout(() => {
      // It may have seen the end of its world before we did.
      if (this.#hardwareGone) this.#done(EXIT.failed);
      else this.start();
    }, this.#backOff.after(livedUs));
  }

  /** Each output to its `onCrash`, by the plan that the guardian left: an emulated one leaves none. `result`: as systemd calls it. */
  async #stopStep(result: string): Promise<void> {
    const folder = dirname(this.#options.worldSocket);
    if (!existsSync(join(folder, STOP_PLAN))) return;
    const step = startProcess("stop-step.js", this.#options, ["ignore", "ignore", "pipe"], {
      RUNTIME_DIRECTORY: folder,
      SERVICE_RESULT: result,
    });
    createInterface({ input: step.stderr! }).on("line", (line) => this.#hear(line));
    await once(step, "exit");
  }

  #say(record: object, words: string): void {
    process.stderr.write(this.#json ? `${JSON.stringify(record)}\n` : `${words}\n`);
  }
}

function parseLog(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // a plain line, such as a stack trace
  }
}
