/**
 * A trace of one cell: what passes its filter is printed into a ring. It sits in `cell.trace` while it runs and
 * passes on to whoever sat there before; without one the kernel does not even call.
 *
 * It stops by itself when its time is over: nobody has to come back to a board to stop what he started.
 */
import type { Cell } from "../process/cell.ts";
import type { TraceSink } from "../process/cell-contract.ts";
import { describeReason, type ExitReason } from "../process/exit-reason.ts";
import { equalPid, type Pid, processOf } from "../process/pid.ts";
import { printText, printValue } from "./print-value.ts";
import type { TraceEntry, TraceKind, TraceState } from "./report.ts";
import { type TraceFilter, TraceMatcher } from "./trace-filter.ts";
import { TraceRing } from "./trace-ring.ts";

export interface TraceOrder {
  readonly filter: TraceFilter;
  /** Entries each cell keeps until they are read. At most 10,000. */
  readonly capacity: number;
  /** It stops by itself then, monotonic us. */
  readonly untilUs: number;
}

/** The name of who looks, or the beginning of it. */
export const INSPECTOR = "inspector";

const HIGHEST_CAPACITY = 10_000;
const LONGEST_REASON = 240;

export class Tracer implements TraceSink {
  readonly #cell: Cell;
  readonly #before: TraceSink | undefined;
  readonly #matcher: TraceMatcher;
  readonly #ring: TraceRing<TraceEntry>;
  readonly #untilUs: number;
  /** Those who look: a trace that showed them would show itself. */
  readonly #lookers: readonly Pid[];

  /** Starts. Throws RangeError for a capacity that is none. */
  constructor(cell: Cell, { filter, capacity, untilUs }: TraceOrder) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > HIGHEST_CAPACITY)
      throw new RangeError(`capacity: ${capacity} is not a whole number from 1 to ${HIGHEST_CAPACITY}`);
    this.#cell = cell;
    this.#matcher = new TraceMatcher(filter);
    this.#ring = new TraceRing(capacity);
    this.#untilUs = untilUs;
    this.#lookers = cell.names.list().flatMap((name) => {
      return name.startsWith(INSPECTOR) ? [cell.names.whereis(name)!] : [];
    });
    this.#before = cell.trace;
    cell.trace = this;
  }

  get running(): boolean {
    return this.#cell.trace === this;
  }

  get state(): TraceState {
    return { written: this.#ring.written, lost: this.#ring.lost };
  }

  /** What was written and not read yet, oldest first. */
  take(limit?: number): readonly TraceEntry[] {
    return this.#ring.take(limit);
  }

  stop(): void {
    if (this.running) this.#cell.trace = this.#before;
  }

  sent(from: Pid | undefined, to: Pid | string, message: unknown): void {
    this.#before?.sent(from, to, message);
    this.#write("send", from, to, message, () => printValue(message));
  }

  received(by: Pid, message: unknown): void {
    this.#before?.received(by, message);
    this.#write("receive", by, undefined, message, () => printValue(message));
  }

  spawned(pid: Pid, by: Pid | undefined, label: string): void {
    this.#before?.spawned(pid, by, label);
    this.#write("spawn", pid, by, undefined, () => label);
  }

  ended(pid: Pid, reason: ExitReason): void {
    this.#before?.ended(pid, reason);
    this.#write("exit", pid, undefined, undefined, () => printText(describeReason(reason), LONGEST_REASON));
  }

  missed(pid: Pid, lateUs: number): void {
    this.#before?.missed(pid, lateUs);
    this.#write("miss", pid, undefined, undefined, () => `${Math.round(lateUs)} us late`);
  }

  #write(
    kind: TraceKind,
    pid: Pid | undefined,
    other: Pid | string | undefined,
    message: unknown,
    text: () => string,
  ): void {
    const atUs = this.#cell.nowUs();
    if (atUs >= this.#untilUs) {
      this.stop();
      return;
    }
    if (this.#isLooker(pid) || this.#isLooker(other)) return;
    const matcher = this.#matcher;
    if (!matcher.kind(kind) || !matcher.tag(message) || !matcher.process(pid, other)) return;
    this.#ring.push((n) => ({
      n,
      atUs,
      cell: this.#cell.home.cell,
      kind,
      pid: textOf(pid),
      label: pid === undefined ? null : (processOf(pid)?.label ?? null),
      other: textOf(other),
      text: text(),
    }));
  }

  #isLooker(party: Pid | string | undefined): boolean {
    if (party === undefined) return false;
    if (typeof party === "string") return party.startsWith(INSPECTOR);
    return this.#lookers.some((pid) => equalPid(pid, party));
  }
}

function textOf(party: Pid | string | undefined): string | null {
  return party === undefined ? null : String(party);
}
