/**
 * A push button: edges with their kernel timestamps in, presses out.
 *
 * Pure: it neither waits nor reads a clock. Feed it edges, and call `advance` at the time that `dueUs` names;
 * a contact counts as changed once it rested on the new level for `stableMs`, and the event carries the time of
 * the edge, not of the decision. Cost: an event is reported `stableMs` late.
 */
import type { Edge } from "../../firmware/contracts/line.ts";

export interface ButtonOptions {
  /** Rest before a level is believed; contacts bounce for 1 to 10 ms. Default 20. */
  readonly stableMs?: number;
  /** Hold time of a long press. Default 1000. */
  readonly longMs?: number;
  /** Held longer than any finger would: a stuck key or a short circuit. Default 60000. */
  readonly stuckMs?: number;
}

/** What happened, when (monotonic us). `long` and `stuck` come while held, once each, before the release. */
export type ButtonEvent =
  | { readonly type: "press"; readonly atUs: number }
  | { readonly type: "long"; readonly atUs: number }
  | { readonly type: "stuck"; readonly atUs: number }
  | { readonly type: "release"; readonly atUs: number; readonly heldMs: number; readonly wasStuck: boolean };

/** What a held button does next, in order. */
const HOLDS = ["long", "stuck"] as const;

export class Button {
  readonly #stableUs: number;
  readonly #holdUs: Readonly<Record<(typeof HOLDS)[number], number>>;
  #pressed = false;
  #pressedAtUs = 0;
  #holds = 0;
  /** Level seen last, and since when; equal to `#pressed` at rest. */
  #candidate = false;
  #candidateAtUs = 0;

  constructor({ stableMs = 20, longMs = 1000, stuckMs = 60_000 }: ButtonOptions = {}) {
    if (!(stableMs >= 0 && stableMs < longMs && longMs < stuckMs))
      throw new RangeError(`0 <= stable < long < stuck: ${stableMs}, ${longMs}, ${stuckMs} ms`);
    this.#stableUs = stableMs * 1000;
    this.#holdUs = { long: longMs * 1000, stuck: stuckMs * 1000 };
  }

  /** The state that events have reported; `true` is pressed. */
  get pressed(): boolean {
    return this.#pressed;
  }

  /** When it was pressed last, monotonic us. */
  get pressedAtUs(): number {
    return this.#pressedAtUs;
  }

  /** Held for longer than `stuckMs`. */
  get stuck(): boolean {
    return this.#holds === HOLDS.length;
  }

  /**
   * An edge, in the order of time. The same level twice means that an edge between was lost: the contact
   * was not at rest, so its rest starts anew. Also takes the level read at the start, as an edge.
   */
  edge({ level, atUs }: Pick<Edge, "level" | "atUs">): readonly ButtonEvent[] {
    const events = this.advance(atUs);
    this.#candidate = level === 1;
    this.#candidateAtUs = atUs;
    return events;
  }

  /** Events that are due by `nowUs`. */
  advance(nowUs: number): readonly ButtonEvent[] {
    const events: ButtonEvent[] = [];
    for (let dueUs = this.dueUs(); dueUs !== undefined && dueUs <= nowUs; dueUs = this.dueUs())
      events.push(this.#next());
    return events;
  }

  /** When `advance` has something to say, us; `undefined` while nothing but an edge can change anything. */
  dueUs(): number | undefined {
    const holdUs = this.#nextHoldUs();
    if (this.#candidate === this.#pressed) return holdUs;
    return Math.min(this.#candidateAtUs + this.#stableUs, holdUs ?? Number.POSITIVE_INFINITY);
  }

  #nextHoldUs(): number | undefined {
    const hold = HOLDS[this.#holds];
    if (!this.#pressed || hold === undefined) return undefined;
    const holdUs = this.#pressedAtUs + this.#holdUs[hold];
    // Let go before the hold was reached, merely not believed yet: no long press.
    return this.#candidate || this.#candidateAtUs >= holdUs ? holdUs : undefined;
  }

  #next(): ButtonEvent {
    const holdUs = this.#nextHoldUs();
    const changing = this.#candidate !== this.#pressed;
    if (holdUs !== undefined && (!changing || holdUs <= this.#candidateAtUs + this.#stableUs)) {
      const type = HOLDS[this.#holds++]!;
      return { type, atUs: holdUs };
    }
    const atUs = this.#candidateAtUs;
    this.#pressed = this.#candidate;
    if (this.#pressed) {
      this.#pressedAtUs = atUs;
      return { type: "press", atUs };
    }
    const wasStuck = this.stuck;
    this.#holds = 0;
    return { type: "release", atUs, heldMs: (atUs - this.#pressedAtUs) / 1000, wasStuck };
  }
}
