/** The text of a file, to say at which line a problem stands. */
import type { JsonPlaces } from "./json-places.ts";
import { type Finding, type Path, type Problem, pathText, type Remark, type Warning } from "./problem.ts";

const LINES_BEFORE = 2;
const WIDEST = 96;

/** A board of a thousand devices needs less; beyond it, somebody gave the wrong file. */
export const LONGEST_TEXT = 1_000_000;

export class SourceText {
  /** Without the byte order mark that some editors put first. */
  readonly text: string;
  /** Offset of each line. */
  readonly #starts: number[] = [0];
  #places: JsonPlaces = { offsets: new Map(), repeated: [] };

  constructor(text: string) {
    this.text = text.replace(/^\uFEFF/, "");
    for (let end = this.text.indexOf("\n"); end >= 0; end = this.text.indexOf("\n", end + 1)) {
      this.#starts.push(end + 1);
    }
  }

  index(places: JsonPlaces): void {
    this.#places = places;
  }

  problem({ at, ...finding }: Finding): Problem {
    return { path: pathText(at), ...finding, line: this.#lineOf(at) };
  }

  warning({ at, message }: Remark): Warning {
    return { path: pathText(at), message, line: this.#lineOf(at) };
  }

  /** Keys that are written twice in one object: the first would be lost without a word. */
  repeated(): Problem[] {
    return this.#places.repeated.map(({ path, offset }) => ({
      path: pathText(path),
      found: "the key a second time",
      allowed: "each key once",
      line: this.#lineAt(offset),
    }));
  }

  /** Line and column from 1, and the lines up to there with a mark below. */
  at(offset: number): { line: number; column: number; frame: string } {
    const line = this.#lineAt(offset);
    const column = offset - this.#starts[line - 1]! + 1;
    const first = Math.max(0, line - 1 - LINES_BEFORE);
    const lines = this.#starts.slice(first, line).map((start) => /[^\n]*/y.exec(this.text.slice(start))![0]);
    const width = String(line).length;
    const from = column > WIDEST ? column - WIDEST / 2 : 0;
    const shown = lines.map((text, index) => {
      const number = String(first + 1 + index).padStart(width);
      return `${number} | ${text
        .slice(from, from + WIDEST)
        .replaceAll("\t", " ")
        .trimEnd()}`;
    });
    const mark = `${" ".repeat(width)} | ${" ".repeat(column - 1 - from)}^`;
    return { line, column, frame: [...shown, mark].join("\n") };
  }

  /** Line of the path, or of the nearest thing around it that is written. */
  #lineOf(path: Path): number {
    for (let depth = path.length; depth > 0; depth--) {
      const offset = this.#places.offsets.get(pathText(path.slice(0, depth)));
      if (offset !== undefined) return this.#lineAt(offset);
    }
    return 1;
  }

  /** The last line that starts at or before the offset. */
  #lineAt(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}
