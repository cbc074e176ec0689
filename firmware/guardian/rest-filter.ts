/**
 * Lets a change of a line through once the line has rested on its new level: pulses shorter than the rest reach
 * nobody. Judged by the stamps of the edges, so it is exact also where they are looked at late.
 *
 * Three states: at rest; holding a change since its last edge; and unknown, before the first edge or look. A change is
 * told with the time of the edge after which the line was quiet, a rest late. Nothing is allocated for an edge.
 */
export class RestFilter {
  readonly #restUs: number;
  readonly #pass: (level: 0 | 1, atUs: number) => void;
  /** Level that has rested last. */
  #level: 0 | 1 | undefined;
  #candidate: 0 | 1 = 0;
  /** When the candidate began to rest; Infinity while nothing is held. */
  #sinceUs = Infinity;

  /** `restUs`: above 0. `pass` gets changes that rested, and the edge they began with. */
  constructor(restUs: number, pass: (level: 0 | 1, atUs: number) => void) {
    this.#restUs = restUs;
    this.#pass = pass;
  }

  /** When `settle` has something to say, us; Infinity at rest. */
  get dueUs(): number {
    return this.#sinceUs + this.#restUs;
  }

  /** An edge, in the order of time. The same level twice says that one between was lost: the rest starts anew. */
  edge(level: 0 | 1, atUs: number): void {
    this.settle(atUs);
    this.#level ??= level === 0 ? 1 : 0;
    this.#candidate = level;
    this.#sinceUs = level === this.#level ? Infinity : atUs;
  }

  /** Tells the change that has rested by `nowUs`, if there is one. */
  settle(nowUs: number): void {
    if (this.dueUs > nowUs) return;
    const atUs = this.#sinceUs;
    this.#sinceUs = Infinity;
    this.#level = this.#candidate;
    this.#pass(this.#candidate, atUs);
  }

  /**
   * The line was read. Returns the level that has rested; one that no edge has told of is taken as an edge now, and
   * the very first one as rested.
   */
  look(level: 0 | 1, nowUs: number): 0 | 1 {
    this.settle(nowUs);
    if (this.#level === undefined) this.#level = level;
    else if (level !== (this.#sinceUs === Infinity ? this.#level : this.#candidate)) this.edge(level, nowUs);
    return this.#level;
  }

  /** Forgets a change that is held: its edges can no longer be told apart. */
  drop(): void {
    this.#sinceUs = Infinity;
  }
}
