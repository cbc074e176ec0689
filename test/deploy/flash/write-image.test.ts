import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { FlashError } from "../../../deploy/flash/flash-error.ts";
import { ImageSource } from "../../../deploy/flash/image-source.ts";
import { writeImage } from "../../../deploy/flash/write-image.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";

const MB = 1 << 20;
/** Megabytes are packed and hashed. */
const LIMIT = { limitMs: 60_000 };

/** Three pieces, the last of them short, with what makes it an image. */
function anImage(): Buffer {
  const image = randomBytes(9 * MB);
  image[510] = 0x55;
  image[511] = 0xaa;
  return image;
}

async function refusal(work: Promise<unknown>): Promise<FlashError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, FlashError);
  return error as FlashError;
}

const quiet = { onProgress: () => {} };

spec(
  "an image is written as it is, packed or not, and read back",
  async (t) => {
    const folder = aFolder(t);
    const image = anImage();
    const file = join(folder, "card.img");
    writeFileSync(file, image);
    writeFileSync(`${file}.gz`, gzipSync(image, { level: 1 }));
    assert.is(spawnSync("xz", ["-0k", file]).status, 0);
    const zstd = spawnSync("zstd", ["-q1k", file]).status === 0;
    for (const ending of ["", ".gz", ".xz", ...(zstd ? [".zst"] : [])]) {
      const to = join(folder, `to${ending}`);
      const steps: [string, number][] = [];
      const source = new ImageSource(file + ending);
      const { bytes } = await writeImage(
        source.open(),
        { path: to },
        { onProgress: (step, so) => void steps.push([step, so / MB]) },
      );
      assert.is(bytes, image.length);
      assert.ok(readFileSync(to).equals(image), `as it was${ending}`);
      assert.equal(steps, [
        ["write", 4],
        ["write", 8],
        ["write", 9],
        ["verify", 4],
        ["verify", 8],
        ["verify", 9],
      ]);
      assert.is(source.progress, 1);
      assert.is(statSync(to).mode & 0o777, 0o600, "keys and passwords are in it");
    }
  },
  LIMIT,
);

spec(
  "a disk keeps what lies behind the image; one that is too small is refused",
  async (t) => {
    const disk = join(aFolder(t), "disk");
    const image = anImage();
    writeFileSync(disk, Buffer.alloc(12 * MB, 7));
    await writeImage(Readable.from([image]), { path: disk, diskBytes: 12 * MB }, quiet);
    assert.ok(readFileSync(disk).subarray(0, image.length).equals(image));
    assert.ok(
      readFileSync(disk)
        .subarray(image.length)
        .every((byte) => byte === 7),
    );
    const small = await refusal(writeImage(Readable.from([image]), { path: disk, diskBytes: 8 * MB }, quiet));
    assert.is(small.code, "tooSmall");
    assert.match(small.message, "it has 8 MB");
    assert.ok(
      readFileSync(disk)
        .subarray(0, 512)
        .every((byte) => byte === 0),
      "no longer one to boot from",
    );
  },
  LIMIT,
);

spec(
  "what ends half way leaves a card that does not boot",
  async (t) => {
    const disk = join(aFolder(t), "disk");
    writeFileSync(disk, Buffer.alloc(12 * MB, 7));
    const cut = Readable.from(
      (function* () {
        yield anImage().subarray(0, 6 * MB);
        throw new FlashError("unreadable", "gone");
      })(),
    );
    const error = await refusal(writeImage(cut, { path: disk, diskBytes: 12 * MB }, quiet));
    assert.is(error.code, "unreadable");
    assert.ok(
      readFileSync(disk)
        .subarray(0, 4 * MB)
        .every((byte) => byte === 0),
    );
  },
  LIMIT,
);

spec(
  "a card that does not keep what it was given is found, with the place",
  async (t) => {
    const disk = join(aFolder(t), "disk");
    writeFileSync(disk, Buffer.alloc(9 * MB));
    const wear = (step: string, bytes: number) => {
      if (step === "write" && bytes === 9 * MB) writeSync(openSync(disk, "r+"), "!", 5 * MB);
    };
    const error = await refusal(
      writeImage(Readable.from([anImage()]), { path: disk, diskBytes: 9 * MB }, { onProgress: wear }),
    );
    assert.is(error.code, "differs");
    assert.match(error.message, "from 4 MB on");
  },
  LIMIT,
);

spec(
  "a truncated or broken file is not a short image",
  async (t) => {
    const folder = aFolder(t);
    const file = join(folder, "card.img");
    writeFileSync(file, anImage());
    spawnSync("xz", ["-0k", file]);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 1 }));
    for (const packed of [`${file}.xz`, `${file}.gz`]) {
      truncateSync(packed, 5 * MB);
      const error = await refusal(
        writeImage(new ImageSource(packed).open(), { path: join(folder, "to") }, quiet),
      );
      assert.is(error.code, "unreadable", packed);
      assert.match(error.message, "cannot be read to its end");
    }
  },
  LIMIT,
);

spec(
  "what is no image is refused before anything is opened for writing",
  (t) => {
    const folder = aFolder(t);
    const code = (name: string, bytes: Buffer) => {
      writeFileSync(join(folder, name), bytes);
      try {
        new ImageSource(join(folder, name));
      } catch (error) {
        return (error as FlashError).code;
      }
      return "an image";
    };
    assert.is(code("text", Buffer.from("hello")), "notAnImage");
    assert.is(code("zip", Buffer.from([0x50, 0x4b, 3, 4])), "notAnImage");
    assert.is(code("zeros", Buffer.alloc(MB)), "notAnImage");
    assert.is(code("card", anImage()), "an image");
    assert.throws(
      () => new ImageSource(join(folder, "nowhere")),
      /there is no .*nowhere; holdfast image makes one/,
    );
  },
  LIMIT,
);
