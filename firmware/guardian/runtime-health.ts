/** A runtime that has worked for so long since it first spoke was brought up. */
const PROOF_US = 30_000_000;
/** Of the runtime: its configuration or this machine is not right. Trying again changes nothing, nor does a reset. */
const REFUSED = 2;

/**
 * How long the runtime has failed to come up. One that dies after a healthy life has not failed; one that never speaks,
 * or dies each time before it has proved itself, has since the first of these tries.
 */
export class RuntimeHealth {
  #failingSinceUs: number;
  #spokeUs: number | undefined;
  #refused = false;

  constructor(nowUs: number) {
    this.#failingSinceUs = nowUs;
  }

  /** The present runtime asked for something: it has come up so far. */
  spoke(nowUs: number): void {
    this.#spokeUs ??= nowUs;
    this.#refused = false;
  }

  /** `code`: its exit code, as far as it is known. */
  ended(nowUs: number, code: number | null): void {
    if (this.#spokeUs !== undefined && nowUs - this.#spokeUs >= PROOF_US) this.#failingSinceUs = nowUs;
    this.#spokeUs = undefined;
    this.#refused = code === REFUSED;
  }

  /** How long there was no runtime that had proved itself, us; 0 while there is one, or where a reset cannot help. */
  failingUs(nowUs: number): number {
    if (this.#refused) return 0;
    if (this.#spokeUs !== undefined && nowUs - this.#spokeUs >= PROOF_US) return 0;
    return nowUs - this.#failingSinceUs;
  }
}
