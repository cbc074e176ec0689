import type { FoundLine } from "../contracts/backend.ts";
import type { EdgeSink, LinuxLines } from "./linux-lines.ts";

/** Lines of one interface, and the number in the plan that each of them has. */
export interface LinesPart {
  readonly lines: LinuxLines;
  readonly numbers: readonly number[];
}

/** The lines of a plan behind several interfaces: each call goes to the one that has the line. */
export class RoutedLines implements LinuxLines {
  readonly found: readonly FoundLine[];
  readonly debounces: boolean;
  readonly #parts: readonly LinesPart[];
  readonly #routes: { readonly lines: LinuxLines; readonly index: number }[] = [];

  /** `outputs`: how many the plan has; every number of the plan is in exactly one part. */
  constructor(parts: readonly LinesPart[], outputs: number) {
    this.#parts = parts;
    for (const { lines, numbers } of parts) {
      for (const [index, number] of numbers.entries()) this.#routes[number] = { lines, index };
    }
    this.found = this.#routes.slice(0, outputs).map(({ lines, index }) => lines.found[index]!);
    this.debounces = this.#routes.slice(outputs).every(({ lines }) => lines.debounces);
  }

  attach(sink: EdgeSink): void {
    for (const { lines, numbers } of this.#parts) {
      lines.attach({
        edge: (line, level, atUs) => sink.edge(numbers[line]!, level, atUs),
        edgesLost: (line, count) => sink.edgesLost(numbers[line]!, count),
      });
    }
  }

  drive(line: number, level: number): number {
    const { lines, index } = this.#routes[line]!;
    return lines.drive(index, level);
  }

  sense(line: number): number {
    const { lines, index } = this.#routes[line]!;
    return lines.sense(index);
  }

  free(line: number): void {
    const { lines, index } = this.#routes[line]!;
    lines.free(index);
  }

  listen(line: number, on: boolean): void {
    const { lines, index } = this.#routes[line]!;
    lines.listen(index, on);
  }

  close(): void {
    for (const { lines } of this.#parts) lines.close();
  }
}
