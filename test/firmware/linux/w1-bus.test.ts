import { equal, is } from "uvu/assert";
import type { BusStatus } from "../../../firmware/contracts/backend.ts";
import { W1Bus } from "../../../firmware/linux/w1-bus.ts";
import { decodeScratchpad, type W1Files } from "../../../firmware/linux/w1-files.ts";
import { spec } from "../../harness/spec.ts";

const ONE = "28-000000000001";
const TWO = "28-000000000002";
const GOOD = "72 01 4b 46 7f ff 0e 10 57";
const text = (bytes: string, verdict = "YES") =>
  `${bytes} : crc=${bytes.slice(-2)} ${verdict}\n${bytes} t=23125\n`;

/** The kernel's files: each call waits until the test lets it end. */
class HeldFiles implements W1Files {
  readonly log: string[] = [];
  readonly #waiting: ((answer: string | Error) => void)[] = [];

  scratchpad(device: string): Promise<string> {
    return this.#call(`read ${device.at(-1)}`);
  }

  async setResolution(device: string, bits: number): Promise<void> {
    await this.#call(`${bits} bits ${device.at(-1)}`);
  }

  async convertAll(device: string): Promise<void> {
    await this.#call(`convert all with ${device.at(-1)}`);
  }

  /** The call under way ends so; then whatever follows from it happens. */
  async end(answer: string | Error = ""): Promise<void> {
    await settled();
    this.#waiting.shift()!(answer);
    await settled();
  }

  #call(what: string): Promise<string> {
    this.log.push(what);
    return new Promise((resolve, reject) => {
      this.#waiting.push((answer) => (typeof answer === "string" ? resolve(answer) : reject(answer)));
    });
  }
}

/** Whatever promises do by themselves is done. */
async function settled(): Promise<void> {
  for (let step = 0; step < 20; step++) await Promise.resolve();
}

function bench() {
  const files = new HeldFiles();
  const bus = new W1Bus({ bus: "w1", hz: 16_000, w1: { line: "GPIO4", devices: [ONE, TWO] } }, files);
  const transfer = (place: number, write: readonly number[], readLength = 0) => {
    let answer: { status: BusStatus; bytes: string } | undefined;
    bus.transfer(place, Uint8Array.from(write), readLength, (status, bytes, length) => {
      answer = { status, bytes: Buffer.from(bytes.subarray(0, length)).toString("hex") };
    });
    return answer;
  };
  return {
    files,
    bus,
    transfer,
    convert: (place: number) => transfer(place, [0x44])?.status,
    read: (place: number) => transfer(place, [0xbe], 9),
  };
}

const gone = Object.assign(new Error("gone"), { code: "ENOENT" });
const NOTHING = { status: "ok", bytes: "" };
const RESULT = { status: "ok", bytes: GOOD.replaceAll(" ", "") };

spec("a conversion is started at once, and read when the kernel has it", async () => {
  const { files, convert, read } = bench();
  equal(read(0), NOTHING, "nothing was converted yet");
  is(convert(0), "ok");
  equal(read(0), NOTHING);
  await files.end(text(GOOD));
  equal(read(0), RESULT);
  equal(files.log, ["read 1"]);
});

spec(
  "who comes while a round is under way is in the next one, all of those with one conversion",
  async () => {
    const { files, convert, read } = bench();
    convert(0);
    convert(1);
    convert(0);
    await files.end(text(GOOD));
    equal(read(0), NOTHING, "that was older than what is wanted now");
    equal(files.log, ["read 1", "convert all with 1"]);
    await files.end();
    await files.end(text(GOOD));
    await files.end(text(GOOD));
    equal([read(0), read(1)], [RESULT, RESULT]);
    equal(files.log, ["read 1", "convert all with 1", "read 1", "read 2"]);
  },
);

spec("where the kernel knows no common conversion each device converts by itself", async () => {
  const { files, convert, read } = bench();
  convert(0);
  convert(0);
  convert(1);
  await files.end(text(GOOD));
  await files.end(gone);
  await files.end(text(GOOD));
  await files.end(text(GOOD));
  equal([read(0), read(1)], [RESULT, RESULT]);
});

spec("a resolution is set before the next conversion of its device", async () => {
  const { files, transfer, convert } = bench();
  is(transfer(1, [0x4e, 0x4b, 0x46, 0x3f])?.status, "ok");
  convert(0);
  await files.end(text(GOOD));
  convert(1);
  await files.end();
  await files.end(text(GOOD));
  convert(1);
  await settled();
  equal(files.log, ["read 1", "10 bits 2", "read 2", "read 2"]);
});

spec("a device that is gone naks until it is asked to convert again", async () => {
  const { files, convert, read } = bench();
  convert(0);
  await files.end(gone);
  is(read(0)?.status, "address_nak");
  is(read(1)?.status, "ok", "the other one is not to blame");
  convert(0);
  await files.end(text(GOOD));
  equal(read(0), RESULT);
});

spec("what the kernel has no way for is refused", () => {
  const { transfer } = bench();
  for (const [place, write, read] of [
    [0, [0x48], 0], // copy scratchpad
    [0, [0xbe], 2],
    [0, [0x4e, 1], 0],
    [7, [0x44], 0],
  ] as const) {
    is(transfer(place, write, read)?.status, "refused");
  }
});

spec("of the kernel's text the first line counts, whatever it says of the checksum", () => {
  const bad = "00 00 4b 46 7f ff 0e 10 57";
  const two = `${bad} : crc=13 NO\n${GOOD} t=23125\n`;
  is(Buffer.from(decodeScratchpad(two)!).toString("hex"), bad.replaceAll(" ", ""));
  is(decodeScratchpad(""), undefined);
});

spec("a closed bus ends its round and begins no other", async () => {
  const { files, bus, convert } = bench();
  convert(0);
  convert(1);
  bus.close();
  await files.end(text(GOOD));
  equal(files.log, ["read 1"]);
});
