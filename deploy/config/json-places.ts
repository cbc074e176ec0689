/**
 * Where everything stands in a JSON text: `JSON.parse` says neither at which line a value is, nor that a key
 * was written twice (the last one wins silently), nor, on Node 20, where most syntax errors are.
 *
 * Accepts exactly what RFC 8259 and `JSON.parse` accept, to a depth of 32.
 */
import { type Path, pathText } from "./problem.ts";

/** A syntax error: what stands at `offset` and what may stand there. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly offset: number;
  readonly found: string;
  readonly allowed: string;

  constructor(offset: number, found: string, allowed: string) {
    super(`found ${found}, allowed is ${allowed}`);
    this.offset = offset;
    this.found = found;
    this.allowed = allowed;
  }
}

export interface JsonPlaces {
  /** Path text to offset: of the key for members of objects, of the value for items of lists. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Keys that their object already has. */
  readonly repeated: readonly { readonly path: Path; readonly offset: number }[];
}

/** Reads the text once. Throws `JsonSyntaxError`. */
export function jsonPlaces(text: string): JsonPlaces {
  const reader = new PlaceReader(text);
  reader.read();
  return reader;
}

const DEEPEST = 32;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z0-9_$+.-]+/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259, 7: control characters must be escaped.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class PlaceReader implements JsonPlaces {
  readonly offsets = new Map<string, number>();
  readonly repeated: { path: Path; offset: number }[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    this.#value([]);
    if (this.#peek() !== "") this.#refuse("nothing after the end of the object");
  }

  #value(path: Path): void {
    const next = this.#peek();
    if (path.length > DEEPEST) this.#refuse(`at most ${DEEPEST} levels`);
    if (next === "{") this.#object(path);
    else if (next === "[") this.#list(path);
    else if (next === '"') this.#string();
    else this.#literal();
  }

  #literal(): void {
    const start = this.#at;
    const word = this.#match(WORD);
    if (word === "true" || word === "false" || word === "null") return;
    this.#at = start;
    if (word !== undefined && this.#match(NUMBER) === word) return;
    this.#at = start;
    this.#refuse('a value: a text in double quotes, a number, true, false, null, "{" or "["');
  }

  #object(path: Path): void {
    this.#at++;
    const keys = new Set<string>();
    let more = !this.#isEmpty("}");
    while (more) {
      if (this.#peek() !== '"') this.#refuse("a key in double quotes");
      const offset = this.#at;
      const key: string = JSON.parse(this.#string());
      const inner = [...path, key];
      if (keys.has(key)) this.repeated.push({ path: inner, offset });
      keys.add(key);
      this.offsets.set(pathText(inner), offset);
      if (this.#peek() !== ":") this.#refuse('":" after the key');
      this.#at++;
      this.#value(inner);
      more = this.#goesOn("}");
    }
  }

  #list(path: Path): void {
    this.#at++;
    let more = !this.#isEmpty("]");
    for (let index = 0; more; index++) {
      const inner = [...path, String(index)];
      this.#peek();
      this.offsets.set(pathText(inner), this.#at);
      this.#value(inner);
      more = this.#goesOn("]");
    }
  }

  #isEmpty(end: "}" | "]"): boolean {
    const empty = this.#peek() === end;
    if (empty) this.#at++;
    return empty;
  }

  /** After an entry: past a comma to the next one (true), or past the end (false). */
  #goesOn(end: "}" | "]"): boolean {
    const next = this.#peek();
    if (next !== "," && next !== end) this.#refuse(`"," or "${end}"`);
    const comma = this.#at++;
    if (next === end) return false;
    if (this.#peek() === end) {
      throw new JsonSyntaxError(comma, `"," before "${end}"`, "no comma after the last entry");
    }
    return true;
  }

  #string(): string {
    const text = this.#match(STRING);
    if (text !== undefined) return text;
    const allowed = 'a text on one line that ends with a double quote (\\" and \\\\ inside)';
    return this.#refuse(allowed, "a text that does not end, or a bad escape in it");
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  /** The next character that is not white space; empty at the end. */
  #peek(): string {
    while (" \t\n\r".includes(this.#text[this.#at] ?? "x")) this.#at++;
    return this.#text[this.#at] ?? "";
  }

  #refuse(allowed: string, found = this.#here()): never {
    throw new JsonSyntaxError(this.#at, found, allowed);
  }

  #here(): string {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    if (rest === "") return "the end of the file";
    if (/^(\/\/|\/\*|#)/.test(rest)) return "a comment (JSON has none)";
    return JSON.stringify(/^[\w$+.-]+/.exec(rest)?.[0] ?? [...rest][0]);
  }
}
