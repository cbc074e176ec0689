import { StringDecoder } from "node:string_decoder";

/** Cuts a byte stream into JSON values, one a line. Lines that are no JSON, or too long, are counted and dropped. */
export class JsonLines {
  readonly #decoder = new StringDecoder("utf8");
  readonly #longest: number;
  #rest = "";
  #skipping = false;
  malformed = 0;

  /** `longest`: characters a line may have. */
  constructor(longest = 65_536) {
    this.#longest = longest;
  }

  feed(chunk: Buffer, onValue: (value: unknown) => void): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#skipping) this.#skipping = false;
      else if (line.trim() !== "") this.#value(line, onValue);
    }
    if (this.#rest.length > this.#longest) {
      if (!this.#skipping) this.malformed++;
      this.#rest = "";
      this.#skipping = true;
    }
  }

  #value(line: string, onValue: (value: unknown) => void): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Whoever writes no JSON is told by the count; the stream goes on with the next line.
      this.malformed++;
      return;
    }
    onValue(value);
  }
}
