/** Questions to whoever sits at the terminal, on standard error: standard output is the answer of the command. */
import { createInterface } from "node:readline";

export class Dialog {
  readonly #lines = createInterface({ input: process.stdin, terminal: false });
  readonly #answers = this.#lines[Symbol.asyncIterator]();

  /** What was typed, without blanks around it; empty when there is nobody (any more). */
  async ask(question: string): Promise<string> {
    process.stderr.write(question);
    const { value, done } = await this.#answers.next();
    if (done === true) process.stderr.write("\n");
    return done === true ? "" : value.trim();
  }

  /** The program can end then. */
  close(): void {
    this.#lines.close();
  }
}
