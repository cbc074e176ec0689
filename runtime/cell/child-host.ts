/**
 * A cell in a process of its own, from the kernel's side: whatever that process does (segfault, abort, kill -9,
 * one huge allocation), it is the end of this cell only.
 *
 * To all other cells it is one like any other: here, on the kernel's thread, are the far ends of its ports, and
 * what comes out of them goes on over a socket to the child, which has the near ends and a cell's thread.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { SystemClock } from "../time/system-clock.ts";
import { BatchSocket } from "./batch-socket.ts";
import type { CellHost, HostClass, HostEvents } from "./cell-host.ts";
import { type FromChild, SILENCE_US, type ToChild, wayId } from "./child-frame.ts";
import type { PeerLink, PortFrame } from "./control-frame.ts";
import type { InterruptedCode } from "./interrupted-code.ts";
import { LogBudget } from "./log-budget.ts";
import { PortBridge } from "./port-bridge.ts";
import { mirrorProgress } from "./progress-word.ts";
import { programNear } from "./thread-program.ts";
import type { CellStart } from "./thread-start.ts";

/** What the process of a dead child still has to say is waited for this long, ms, when somebody holds its socket. */
const LAST_WORDS_MS = 250;
/** V8 and libc tell here why they gave up. */
const ERROR_TAIL = 4096;

export class ChildHost implements CellHost {
  readonly #of: HostClass;
  readonly #process: ChildProcess;
  readonly #channel: BatchSocket<FromChild, ToChild>;
  readonly #bridge: PortBridge;
  readonly #clock = new SystemClock();
  readonly #budget = new LogBudget();
  readonly #over: Promise<void>;
  #events: HostEvents;
  #progress: SharedArrayBuffer | undefined;
  #interrupted: (code: InterruptedCode | undefined) => void = () => {};
  #errorTail = "";
  #cause: ExitReason | undefined;

  constructor(of: HostClass, name: string, events: HostEvents) {
    this.#of = of;
    this.#events = events;
    const program = fileURLToPath(programNear("child-entry"));
    const flags = process.execArgv.filter((flag) => !flag.startsWith("--inspect"));
    this.#process = spawn(process.execPath, [...flags, program, name], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let close: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    this.#channel = new BatchSocket(this.#process.stdio[3] as Socket, {
      onValue: (frame) => this.#onFrame(frame),
      onClose: (error) => {
        if (error !== undefined) this.#cause ??= crashReason(error);
        // Without its way to the kernel it is of no use, whatever it still does.
        setTimeout(() => this.#process.kill("SIGKILL"), LAST_WORDS_MS).unref();
        close();
      },
    });
    this.#bridge = new PortBridge((frame) => this.#channel.send(frame));
    this.#process.stdout?.on("data", (text: Buffer) => this.#print("info", text));
    this.#process.stderr?.on("data", (text: Buffer) => {
      this.#errorTail = (this.#errorTail + text).slice(-ERROR_TAIL);
      this.#print("error", text);
    });
    this.#over = this.#end(closed);
  }

  listen(events: HostEvents): void {
    this.#events = events;
  }

  begin(start: CellStart): void {
    const { bell: _, progress, kernel, ...rest } = start;
    const { program, ...of } = this.#of;
    this.#channel.send({ type: "start", start: rest, program: program.href, ...of });
    this.#channel.flush();
    this.#progress = progress;
    this.#bridge.open(wayId(kernel.cell, kernel.incarnation), kernel, (frame) =>
      this.#fromKernel(kernel, frame),
    );
  }

  /** Its process has a thread beside the cell's, which asks it. */
  interrupt(limitMs: number): Promise<InterruptedCode | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#interrupted(undefined), limitMs);
      this.#interrupted = (code) => {
        clearTimeout(timer);
        resolve(code);
      };
      this.#channel.send({ type: "interrupt", limitMs });
      this.#channel.flush();
    });
  }

  end(): Promise<void> {
    this.#process.kill("SIGKILL");
    return this.#over;
  }

  async #end(closed: Promise<void>): Promise<void> {
    const exited = new Promise<ExitReason | undefined>((resolve) => {
      this.#process.on("exit", (code, signal) => resolve(causeOfExit(code, signal, this.#errorTail)));
      this.#process.on("error", (error) => resolve(crashReason(error)));
    });
    const cause = await exited;
    // A grandchild may hold the socket open; the cell is dead all the same.
    await Promise.race([closed, new Promise((done) => setTimeout(done, LAST_WORDS_MS).unref())]);
    this.#events.ended(this.#cause ?? cause);
    this.#bridge.close();
  }

  #onFrame(frame: FromChild): void {
    if (frame.type === "interrupted") this.#interrupted(frame.code);
    else if (frame.type !== "beat") this.#bridge.deliver(frame);
    else if (this.#progress !== undefined)
      mirrorProgress(this.#progress, frame.words, this.#clock.now() + SILENCE_US);
  }

  #fromKernel(kernel: PeerLink, frame: PortFrame): void {
    const kernelWay = wayId(kernel.cell, kernel.incarnation);
    if (!("control" in frame) || (frame.control !== "peerUp" && frame.control !== "peerDown")) {
      this.#bridge.pass(kernelWay, frame);
    } else if (frame.control === "peerUp") {
      const { link } = frame;
      const way = wayId(link.cell, link.incarnation);
      this.#channel.send({ type: "up", cell: link.cell, incarnation: link.incarnation });
      this.#bridge.open(way, link, (one) => {
        // Whoever sends us a pid was introduced by the kernel before: that goes first.
        this.#bridge.drain(kernelWay);
        this.#bridge.pass(way, one);
      });
    } else {
      // What that cell said before it ended goes first.
      const way = wayId(frame.cell, frame.incarnation);
      this.#bridge.drain(way);
      this.#bridge.forget(way);
      this.#bridge.pass(kernelWay, frame);
    }
  }

  #print(level: "info" | "error", text: Buffer): void {
    const record = this.#budget.record(this.#clock.now(), { level, text: String(text).trimEnd() });
    if (record !== undefined) this.#events.logged(record);
  }
}

/** Why a process ended, as its parent can tell. `undefined`: it said so itself. */
export function causeOfExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  errors: string,
): ExitReason | undefined {
  if (code === 0) return undefined;
  if (signal === "SIGKILL") return "killed";
  if (/heap out of memory|Allocation failed|invalid (size|array length|table size)/i.test(errors))
    return "outOfMemory";
  return { error: `the cell's process ended with ${signal ?? `exit code ${code}`}`, stack: errors.trimEnd() };
}
