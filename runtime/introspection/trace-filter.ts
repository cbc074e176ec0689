/** What a trace writes down. Everything that is given must fit; what is left out fits all. */
import { type Pid, processOf } from "../process/pid.ts";
import type { TraceKind } from "./report.ts";

export interface TraceFilter {
  /** Processes: a pid as it is printed (`<greenhouse.pump.1>` or `pump.1`), a cell, a label or a name. */
  readonly processes?: readonly string[];
  readonly kinds?: readonly TraceKind[];
  /**
   * Messages' tags, also of what a call asks and of what is said in a conversation; sends and receives of others
   * are left out, and so is everything without a message.
   */
  readonly tags?: readonly string[];
}

export class TraceMatcher {
  readonly #processes: ReadonlySet<string> | undefined;
  readonly #kinds: ReadonlySet<TraceKind> | undefined;
  readonly #tags: ReadonlySet<unknown> | undefined;

  constructor({ processes, kinds, tags }: TraceFilter) {
    this.#processes = setOf(processes);
    this.#kinds = setOf(kinds);
    this.#tags = setOf<unknown>(tags);
  }

  /** Asked first: costs one look-up. */
  kind(kind: TraceKind): boolean {
    return this.#kinds === undefined || this.#kinds.has(kind);
  }

  /** A message may be written; without one only when no tag is asked for. */
  tag(message?: unknown): boolean {
    const tags = this.#tags;
    if (tags === undefined) return true;
    if (!isTagged(message)) return false;
    // Also the letter in its envelope: a call's request, what is said in a conversation.
    return [message, message.request, message.message].some((each) => isTagged(each) && tags.has(each.type));
  }

  /** One of those who take part is asked for. Strings are names. */
  process(...parties: readonly (Pid | string | undefined)[]): boolean {
    const wanted = this.#processes;
    return wanted === undefined || parties.some((party) => party !== undefined && isAny(party, wanted));
  }
}

function isAny(party: Pid | string, wanted: ReadonlySet<string>): boolean {
  if (typeof party === "string") return wanted.has(party);
  if (wanted.has(party.cell) || wanted.has(`${party.cell}.${party.number}`) || wanted.has(String(party))) {
    return true;
  }
  const process = processOf(party);
  if (process === undefined) return false;
  return wanted.has(process.label) || [...(process.names ?? [])].some((name) => wanted.has(name));
}

function isTagged(value: unknown): value is { type?: unknown; request?: unknown; message?: unknown } {
  return typeof value === "object" && value !== null;
}

function setOf<T>(items: readonly T[] | undefined): ReadonlySet<T> | undefined {
  return items === undefined || items.length === 0 ? undefined : new Set(items);
}
