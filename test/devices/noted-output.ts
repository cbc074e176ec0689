import type { OutputLine } from "../../firmware/contracts/line.ts";

/** An output line that notes what is done to it: `write 1`, `renew`, `read`. */
export class NotedOutput implements OutputLine {
  readonly line: string;
  #level = 0;
  #log: string[] = [];
  #shortedTo: number | undefined;

  constructor(line: string) {
    this.line = line;
  }

  write(level: number): number {
    this.#log.push(`write ${level}`);
    this.#level = this.#shortedTo ?? level;
    return this.#level;
  }

  renew(): void {
    this.#log.push("renew");
  }

  read(): number {
    this.#log.push("read");
    return this.#level;
  }

  /** Fault: the line stays at `level` whatever is written. */
  short(level: number): void {
    this.#shortedTo = level;
    this.#level = level;
  }

  /** Everything since the last call. */
  takeLog(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }
}
