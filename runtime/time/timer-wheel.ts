/**
 * Hierarchical timer wheel: 9 levels of 64 slots, microseconds, the whole range of safe integers (285 years).
 *
 *   level      0     1      2      3       4       5       6      7     8
 *   a slot     1 us  64 us  4 ms   262 ms  16.8 s  17.9 min  19 h   51 d  8.9 y
 *   a level    64 us 4 ms   262 ms 16.8 s  17.9 min  19 h  51 d   8.9 y 571 y
 *
 * A time is nine digits of six bits. A timer lies at the level of the highest digit in which its expiry
 * differs from the wheel's time, in the slot of that digit. Hence:
 *
 *   - a slot never wraps round: everything at a level is later than everything at the levels below it,
 *     so the first occupied slot of the lowest occupied level holds the next timer;
 *   - a slot of level 0 is one microsecond, so slots fire in expiry order;
 *   - slots are lists in start order, and the wheel's time enters no slot without emptying it into the levels
 *     below (a cascade), so timers of one microsecond fire in start order.
 *
 * Expiries exceed 32 bits: the upper 23 bits and the lower 30 are compared as two small integers.
 *
 * Cost: start and cancel O(1); a fired timer cascades at most 8 times, a lone one once. About 32 bytes a
 * timer. Nothing is allocated (numbers that V8 boxes apart) until more timers run than ever before: then
 * capacity doubles, which copies everything once (some ms at 1 M timers). Give `capacity` to avoid that.
 */
import { SlotBitmap, slotsPerLevel } from "./slot-bitmap.ts";

/** Names one start of one timer. 0 is never a handle. The wheel's own numbering: nothing to compute with. */
export type TimerHandle = number;

/** What a timer carries to its expiry: the wheel only stores it. */
export type TimerToken = number | object;

export interface TimerWheelOptions {
  /** The wheel's time at first, us, from 0. */
  startUs: number;
  /** Timers that can run before memory grows. Default 64. */
  capacity?: number;
}

const levels = 9;
/** Levels in the lower 30 bits of a time; the others are in the upper part. */
const lowerLevels = 5;
const lowerRange = 2 ** 30;

/** List heads are the first nodes, one a slot, so linking needs no special case for an empty list. */
const heads = levels * slotsPerLevel;
const none = -1;

/** Most nodes in a wheel (16.8 M), and how often one is reused before an old handle of it fits again (537 M). */
const nodeRange = 2 ** 24;
const generationRange = 2 ** 29;

export class TimerWheel {
  #nowUs = 0;
  #nowUpper = 0;
  #nowLower = 0;
  #running = 0;

  readonly #occupied = new SlotBitmap(levels);
  /** Lower bound of the expiries in each occupied slot, us; wrong only after the earliest was cancelled. */
  readonly #soonestUs = new Float64Array(heads);

  // One column a node. A free node has `none` in #previous and the next free node in #next.
  #next: Int32Array;
  #previous: Int32Array;
  #expiryUs: Float64Array;
  #generation: Int32Array;
  #tokens: TimerToken[];
  #free = none;

  constructor({ startUs, capacity = 64 }: TimerWheelOptions) {
    const nodes = heads + Math.max(1, capacity);
    this.#next = new Int32Array(nodes);
    this.#previous = new Int32Array(nodes);
    this.#expiryUs = new Float64Array(nodes);
    this.#generation = new Int32Array(nodes);
    this.#tokens = new Array<TimerToken>(nodes).fill(0);
    for (let head = 0; head < heads; head++) {
      this.#next[head] = head;
      this.#previous[head] = head;
    }
    this.#generation.fill(none, 0, heads); // No handle names a head.
    this.#setFree(heads, nodes);
    if (!(startUs >= 0)) throw new RangeError(`a timer wheel cannot start at ${startUs} us`);
    this.#moveTo(wholeUs(Math.floor(startUs)));
  }

  /** Timers that run. */
  get size(): number {
    return this.#running;
  }

  /**
   * Starts a timer. `expiryUs` is rounded up to a whole microsecond; one before the wheel's time (the latest
   * `advance`) expires at that time, after what was due then already. Throws `RangeError` beyond 2^53.
   */
  start(expiryUs: number, token: TimerToken): TimerHandle {
    const expiry = wholeUs(Math.ceil(expiryUs));
    if (this.#free === none) this.#grow();
    const node = this.#free;
    this.#free = this.#next[node]!;
    this.#expiryUs[node] = expiry;
    this.#tokens[node] = token;
    this.#running++;
    this.#link(node, expiry);
    return this.#generation[node]! * nodeRange + node;
  }

  /** True when the timer ran and now does not; false for one that fired, was cancelled, or never was. */
  cancel(handle: TimerHandle): boolean {
    return this.take(handle) !== undefined;
  }

  /** As `cancel`, but returns what the timer carried, or `undefined`. */
  take(handle: TimerHandle): TimerToken | undefined {
    const generation = (handle / nodeRange) | 0;
    const node = handle - generation * nodeRange;
    if (this.#generation[node] !== generation || this.#previous[node] === none) return undefined;
    const token = this.#tokens[node]!;
    this.#remove(node);
    return token;
  }

  /** When a timer that runs expires, us. */
  expiryOf(handle: TimerHandle): number {
    return this.#expiryUs[handle % nodeRange]!;
  }

  /**
   * When to call `advance` next, us; `Infinity` when no timer runs. Exact, with one exception: after the
   * earliest timer of a slot above level 0 was cancelled it is a lower bound, once: that `advance` cascades
   * the slot and the answer is exact again. Never later than the next expiry (or the wheel's time, if later).
   */
  nextExpiryUs(): number {
    const slot = this.#occupied.first();
    return slot < 0 ? Number.POSITIVE_INFINITY : this.#soonestUs[slot]!;
  }

  /**
   * Moves the wheel's time to `nowUs` and fires what expired, in expiry order, equal ones in start order,
   * each with its token and the expiry asked for. `onExpiry` may start timers (those due by `nowUs` fire in
   * this call, so one that always starts another ends never) and cancel them. An earlier `nowUs` changes
   * nothing. An error from `onExpiry` passes through; the timers not yet fired stay, for the next call.
   */
  advance(nowUs: number, onExpiry: (token: TimerToken, expiryUs: number) => void): void {
    const limitUs = wholeUs(Math.floor(nowUs));
    for (let slot = this.#occupied.first(); slot >= 0; slot = this.#occupied.first()) {
      const slotUs = this.#slotStartUs(slot);
      if (slotUs > limitUs) break;
      if (slot < slotsPerLevel) {
        this.#moveTo(slotUs);
        const node = this.#next[slot]!;
        const token = this.#tokens[node]!;
        const expiryUs = this.#expiryUs[node]!;
        this.#remove(node);
        onExpiry(token, expiryUs);
      } else {
        this.#moveTo(Math.min(this.#soonestUs[slot]!, limitUs)); // Inside the slot, as deep as nothing is passed.
        this.#cascade(slot);
      }
    }
    if (limitUs > this.#nowUs) this.#moveTo(limitUs);
  }

  #moveTo(us: number): void {
    this.#nowUs = us;
    this.#nowUpper = upper(us);
    this.#nowLower = us - this.#nowUpper * lowerRange;
  }

  #link(node: number, expiryUs: number): void {
    const dueUs = expiryUs > this.#nowUs ? expiryUs : this.#nowUs;
    const slot = this.#slotOf(dueUs);
    const last = this.#previous[slot]!;
    this.#next[node] = slot;
    this.#previous[node] = last;
    this.#next[last] = node;
    this.#previous[slot] = node;
    if (last === slot) {
      this.#occupied.set(slot);
      this.#soonestUs[slot] = dueUs;
    } else if (dueUs < this.#soonestUs[slot]!) {
      this.#soonestUs[slot] = dueUs;
    }
  }

  #remove(node: number): void {
    const next = this.#next[node]!;
    const previous = this.#previous[node]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    if (next === previous) this.#occupied.clear(next); // Only a head is both neighbours.
    const generation = this.#generation[node]! + 1;
    this.#generation[node] = generation === generationRange ? 1 : generation;
    this.#tokens[node] = 0;
    this.#previous[node] = none;
    this.#next[node] = this.#free;
    this.#free = node;
    this.#running--;
  }

  /** Empties a slot into the levels below. The wheel's time is inside that slot. */
  #cascade(slot: number): void {
    let node = this.#next[slot]!;
    this.#next[slot] = slot;
    this.#previous[slot] = slot;
    this.#occupied.clear(slot);
    while (node !== slot) {
      const next = this.#next[node]!;
      this.#link(node, this.#expiryUs[node]!);
      node = next;
    }
  }

  /** Slot of a time from now on: the highest digit that differs from now names the level. */
  #slotOf(us: number): number {
    const up = upper(us);
    const differentUp = up ^ this.#nowUpper;
    if (differentUp !== 0) {
      const level = digitOf(differentUp);
      return (lowerLevels + level) * slotsPerLevel + ((up >>> (6 * level)) & 63);
    }
    const low = us - up * lowerRange;
    const level = digitOf((low ^ this.#nowLower) | 1);
    return level * slotsPerLevel + ((low >>> (6 * level)) & 63);
  }

  /** First microsecond of a slot: now, with that digit replaced and the lower ones 0. */
  #slotStartUs(slot: number): number {
    const level = slot >>> 6;
    const digit = slot & 63;
    if (level < lowerLevels) {
      return this.#nowUpper * lowerRange + replaceDigit(this.#nowLower, level, digit);
    }
    return replaceDigit(this.#nowUpper, level - lowerLevels, digit) * lowerRange;
  }

  #setFree(from: number, to: number): void {
    for (let node = to - 1; node >= from; node--) {
      this.#generation[node] = 1;
      this.#previous[node] = none;
      this.#next[node] = this.#free;
      this.#free = node;
    }
  }

  #grow(): void {
    const old = this.#next.length;
    const nodes = Math.min(heads + (old - heads) * 2, nodeRange);
    if (nodes === old) throw new RangeError(`a timer wheel holds at most ${nodeRange - heads} timers`);
    this.#next = copyInto(new Int32Array(nodes), this.#next);
    this.#previous = copyInto(new Int32Array(nodes), this.#previous);
    this.#expiryUs = copyInto(new Float64Array(nodes), this.#expiryUs);
    this.#generation = copyInto(new Int32Array(nodes), this.#generation);
    for (let node = old; node < nodes; node++) this.#tokens.push(0);
    this.#setFree(old, nodes);
  }
}

/** Bits 30..52 of a time. */
function upper(us: number): number {
  return (us / lowerRange) | 0;
}

/** Number of the highest six-bit digit that is not 0; `bits` is not 0. `* 43 >> 8` is a division by 6 up to 31. */
function digitOf(bits: number): number {
  return ((31 - Math.clz32(bits)) * 43) >> 8;
}

/** `bits` (30 at most) with digit number `level` replaced and the lower digits 0. */
function replaceDigit(bits: number, level: number, digit: number): number {
  const shift = 6 * level;
  return ((bits >>> (shift + 6)) << (shift + 6)) | (digit << shift);
}

/** A time the wheel can hold: at most 2^53, not NaN, not infinite. */
function wholeUs(us: number): number {
  if (us >= -Number.MAX_SAFE_INTEGER && us <= Number.MAX_SAFE_INTEGER) return us;
  throw new RangeError(`${us} us is not a time for a timer wheel`);
}

function copyInto<A extends Int32Array | Float64Array>(target: A, source: A): A {
  target.set(source);
  return target;
}
