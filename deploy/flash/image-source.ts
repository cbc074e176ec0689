/** An image on this machine, whole or compressed, as a stream of its bytes. */
import { spawn } from "node:child_process";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { FlashError } from "./flash-error.ts";

/** Programs that Node.js has no part of its own for, with the package that has them. */
const UNPACKERS = {
  xz: { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], words: ["xz", "-dc"], package: "xz-utils" },
  zstd: { magic: [0x28, 0xb5, 0x2f, 0xfd], words: ["zstd", "-dc"], package: "zstd" },
} as const;
const GZIP = [0x1f, 0x8b];
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** Last two bytes of a master boot record; a GPT has a protective one (UEFI 2.10, 5.2). */
const BOOT_SIGNATURE = [0x55, 0xaa];

export class ImageSource {
  readonly path: string;
  /** Of the file, packed as it is. */
  readonly fileBytes: number;
  readonly packed: "xz" | "zstd" | "gzip" | undefined;
  #taken = 0;

  /** Throws `FlashError` for a file that is not there, and for one that is no image of a disk. */
  constructor(path: string) {
    this.path = path;
    let head: Buffer;
    try {
      this.fileBytes = statSync(path).size;
      head = start(path);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? `there is no ${path}; holdfast image makes one` : `${path}: ${message}`;
      throw new FlashError("unreadable", why, error);
    }
    this.packed = packing(head);
    if (this.packed !== undefined) return;
    if (begins(head, ZIP)) throw new FlashError("notAnImage", `${path} is a zip archive: unpack it first`);
    if (!begins(head.subarray(510), BOOT_SIGNATURE)) {
      const help = "expected a disk with a partition table (.img), or that packed by xz, gzip or zstd";
      throw new FlashError("notAnImage", `${path} is no image of a card; ${help}`);
    }
  }

  /** Between 0 and 1: how much of the file has been read. */
  get progress(): number {
    return this.fileBytes === 0 ? 1 : this.#taken / this.fileBytes;
  }

  /** The image's bytes. Fails with `FlashError` when the file cannot be read or unpacked. */
  open(): Readable {
    this.#taken = 0;
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#taken += chunk.length;
        done(null, chunk);
      },
    });
    const raw = createReadStream(this.path, { highWaterMark: 1 << 20 });
    raw.on("error", (error) => counted.destroy(this.#unreadable(error.message, error)));
    raw.pipe(counted);
    if (this.packed === undefined) return counted;
    return this.packed === "gzip" ? this.#gunzip(counted) : this.#unpackBy(this.packed, counted);
  }

  #gunzip(packed: Readable): Readable {
    const plain = createGunzip();
    packed.on("error", (error) => plain.destroy(error));
    const outcome = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
    plain.on("error", (error) =>
      outcome.destroy(error instanceof FlashError ? error : this.#unreadable(error.message, error)),
    );
    return packed.pipe(plain).pipe(outcome);
  }

  #unpackBy(kind: keyof typeof UNPACKERS, packed: Readable): Readable {
    const { words, package: from } = UNPACKERS[kind];
    const child = spawn(words[0], words.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    // The stream ends only once the program has said that all was well: a truncated file is not a short image.
    const plain = new Transform({
      transform: (chunk, _encoding, done) => done(null, chunk),
      flush: (done) => {
        const judge = (code: number | null) =>
          done(code === 0 ? null : this.#unreadable(said.trim() || `${words[0]} ended with ${code}`));
        if (child.exitCode !== null || child.signalCode !== null) judge(child.exitCode);
        else child.once("close", judge);
      },
    });
    child.on("error", (error) =>
      plain.destroy(this.#unreadable(`${words[0]} is missing: sudo apt install ${from}`, error)),
    );
    packed.on("error", (error) => plain.destroy(error));
    child.stdin.on("error", () => {}); // it ended first: its exit code says why
    plain.once("close", () => void child.kill());
    packed.pipe(child.stdin);
    return child.stdout.pipe(plain);
  }

  #unreadable(why: string, cause?: unknown): FlashError {
    return new FlashError("unreadable", `${this.path} cannot be read to its end: ${why}`, cause);
  }
}

function packing(head: Buffer): ImageSource["packed"] {
  if (begins(head, GZIP)) return "gzip";
  if (begins(head, UNPACKERS.xz.magic)) return "xz";
  return begins(head, UNPACKERS.zstd.magic) ? "zstd" : undefined;
}

function begins(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

function start(path: string): Buffer {
  const head = Buffer.alloc(512);
  const fd = openSync(path, "r");
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head;
}
