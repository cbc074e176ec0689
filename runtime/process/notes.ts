/** Facts that processes say about themselves, for whoever looks at them and for their crash reports. */
import type { Pid } from "./pid.ts";

/** Short and plain: `{ mode: "reduced", restarts: 2 }`. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

export const noFacts: Facts = Object.freeze({});

/** Facts of one process: more than these are not kept. */
const MOST_FACTS = 16;

export class Notes {
  readonly #facts = new Map<Pid, Facts>();

  /** Adds to what is known; throws RangeError beyond 16 facts. */
  add(pid: Pid, facts: Facts): void {
    const all = { ...this.#facts.get(pid), ...facts };
    if (Object.keys(all).length > MOST_FACTS) throw new RangeError(`more than ${MOST_FACTS} facts on ${pid}`);
    this.#facts.set(pid, all);
  }

  of(pid: Pid): Facts {
    return this.#facts.get(pid) ?? noFacts;
  }

  /** It ended. */
  forget(pid: Pid): void {
    if (this.#facts.size > 0) this.#facts.delete(pid);
  }
}
