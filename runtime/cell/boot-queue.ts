/**
 * Who may load code now: more than two threads at once only take the cores from each other and from the
 * watchdog. What can wait (spares) loads only while nobody else does.
 */
const BOOTS_AT_ONCE = 2;

export class BootQueue {
  readonly #waiting: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #boots = 0;

  /** Calls `boot` when it is its turn; its slot is free again after `leave`. */
  enter(boot: () => void): void {
    this.#waiting.push(boot);
    this.#next();
  }

  /** As `enter`, when nothing else boots or waits. */
  enterIdle(boot: () => void): void {
    this.#idle.push(boot);
    this.#next();
  }

  leave(): void {
    this.#boots--;
    this.#next();
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#idle.length = 0;
  }

  #next(): void {
    while (this.#boots < BOOTS_AT_ONCE) {
      const boot = this.#waiting.shift() ?? (this.#boots === 0 ? this.#idle.shift() : undefined);
      if (boot === undefined) return;
      this.#boots++;
      boot();
    }
  }
}
