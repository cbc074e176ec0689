import type { Backend } from "../contracts/backend.ts";
import type { FrameReader } from "../transport/frame.ts";
import type { Status } from "../transport/status.ts";
import type { Input } from "./input.ts";
import { Output } from "./output.ts";
import { type PendingCall, PendingCalls } from "./pending.ts";

/** Requests that may wait for the backend at once; more are refused. */
const MAX_REQUESTS = 512;
/** And so many where one asks for a safe level. */
const MOST_REQUESTS = 2 * MAX_REQUESTS;

/**
 * Calls to lines and what becomes of their answers: every drive is read back and compared, whoever wanted it.
 * Calls made by policy answer nobody; `whenSettled` tells when the last of them was read back.
 */
export class LineCalls {
  readonly #backend: Pick<Backend, "drive" | "sense">;
  readonly #now: () => number;
  readonly #answer: (call: PendingCall, status: Status, level: number) => void;
  readonly #pending = new PendingCalls();
  #byPolicy = 0;
  readonly #onSettled: (() => void)[] = [];

  /** `answer` gets the logical level of a call that a request made. */
  constructor(
    backend: Pick<Backend, "drive" | "sense">,
    now: () => number,
    answer: (call: PendingCall, status: Status, level: number) => void,
  ) {
    this.#backend = backend;
    this.#now = now;
    this.#answer = answer;
  }

  get underWay(): number {
    return this.#pending.underWay;
  }

  get full(): boolean {
    return this.#pending.underWay >= MAX_REQUESTS;
  }

  /** Also for those that ask for a safe level. */
  get brimFull(): boolean {
    return this.#pending.underWay >= MOST_REQUESTS;
  }

  /** An owner asks for the level of a line. */
  sense(frame: FrameReader, incarnation: number, line: Output | Input): void {
    this.#backend.sense(line.index, this.#request(frame, incarnation, line, NaN));
  }

  /** An owner's write was accepted: drives what the output is commanded to. */
  write(frame: FrameReader, incarnation: number, output: Output): void {
    const { electrical } = output;
    const token = this.#request(frame, incarnation, output, electrical);
    this.#pending.at(token).drive = ++output.drives;
    this.#backend.drive(output.index, electrical, token);
  }

  /** Policy drives an output. */
  drive(output: Output, level: number): void {
    const token = this.#pending.take();
    const call = this.#pending.at(token);
    call.output = output;
    call.input = undefined;
    call.expected = level;
    call.drive = ++output.drives;
    call.owner = -1;
    call.waiting = true;
    this.#byPolicy++;
    this.#backend.drive(output.index, level, token);
  }

  /** The backend's answer. */
  sensed(token: number, level: number): void {
    const call = this.#pending.settle(token);
    if (call === undefined) return;
    const { output, input, expected, drive } = call;
    let good = !Number.isNaN(level);
    if (output !== undefined && !Number.isNaN(expected))
      good = output.readBack(expected, level, this.#now(), drive);
    if (call.owner < 0) this.#settled();
    else {
      const logical = input?.read(level, this.#now()) ?? output?.toLogical(level) ?? level;
      this.#answer(call, good ? "ok" : "read_back", logical);
    }
  }

  /** Calls back once every level driven by policy so far was read back, or failed to be. */
  whenSettled(callback: () => void): void {
    if (this.#byPolicy === 0) callback();
    else this.#onSettled.push(callback);
  }

  #request(frame: FrameReader, incarnation: number, line: Output | Input, expected: number): number {
    const token = this.#pending.take();
    const call = this.#pending.at(token);
    call.output = line instanceof Output ? line : undefined;
    call.input = line instanceof Output ? undefined : line;
    call.expected = expected;
    call.owner = frame.owner;
    call.epoch = frame.epoch;
    call.request = frame.request;
    call.incarnation = incarnation;
    call.waiting = true;
    return token;
  }

  #settled(): void {
    this.#byPolicy--;
    if (this.#byPolicy > 0) return;
    for (const callback of this.#onSettled.splice(0)) callback();
  }
}
