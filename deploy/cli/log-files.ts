/** The log of Holdfast OS: files on the card that are turned over, and one in memory that is moved there once a minute. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

/** Where they are; a test's elsewhere. */
export interface LogFolders {
  /** `messages`, and before it `messages.1` to `messages.3`. */
  readonly kept: string;
  /** `messages`, and while it is being moved `messages.moved`. */
  readonly now: string;
}

export const OS_LOGS: LogFolders = { kept: "/data/log", now: "/run" };

/** All lines, oldest first; at most 4.2 MB of them. */
export function logFileLines({ kept, now }: LogFolders): readonly string[] {
  const files = [
    ...["messages.3", "messages.2", "messages.1", "messages"].map((name) => join(kept, name)),
    ...["messages.moved", "messages"].map((name) => join(now, name)),
  ];
  return files.flatMap((file) => textOf(file).split("\n")).filter((line) => line !== "");
}

/** Follows the file in memory over its moves. `close` ends it. */
export class LogFollower {
  readonly #path: string;
  #file: number | undefined;
  #at = 0;
  #rest = "";
  readonly #decoder = new StringDecoder("utf8");

  /** From its present end on. */
  constructor({ now }: LogFolders) {
    this.#path = join(now, "messages");
    this.#file = opened(this.#path);
    if (this.#file !== undefined) this.#at = fstatSync(this.#file).size;
  }

  /** Lines that are new since the last call. One that is moved away is read on until there is another in its place. */
  more(): readonly string[] {
    let text = this.#rest + this.#read();
    const next = this.#successor();
    if (next !== undefined) {
      this.close();
      this.#file = next;
      this.#at = 0;
      text += this.#read();
    }
    const lines = text.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Another file than the one that is read, opened. */
  #successor(): number | undefined {
    const found = opened(this.#path);
    if (found === undefined || this.#file === undefined) return found;
    if (fstatSync(found).ino !== fstatSync(this.#file).ino) return found;
    closeSync(found);
    return undefined;
  }

  #read(): string {
    if (this.#file === undefined) return "";
    const bytes = Buffer.alloc(Math.max(0, fstatSync(this.#file).size - this.#at));
    const count = readSync(this.#file, bytes, 0, bytes.length, this.#at);
    this.#at += count;
    return this.#decoder.write(bytes.subarray(0, count));
  }
}

/** Undefined between two of them, and while nobody has said anything. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // there are not always all of them
  }
}
