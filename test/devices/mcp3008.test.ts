import * as assert from "uvu/assert";
import { Mcp3008Chip } from "../../devices/chips/mcp3008.ts";
import { DeviceError } from "../../devices/device-error.ts";
import { decodeCode, Mcp3008, type Mcp3008Channel } from "../../devices/drivers/mcp3008.ts";
import type { SpiTarget } from "../../firmware/contracts/spi.ts";
import type { SpiChip } from "../../firmware/contracts/spi-chip.ts";
import { spec } from "../harness/spec.ts";

/** A chip on a wire of its own, with both directions of each transfer as text. */
function wired(chip: SpiChip): { readonly target: SpiTarget; readonly log: string[] } {
  const log: string[] = [];
  const hex = (bytes: Iterable<number>) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const transfer = (bytes: readonly number[]) => {
    const answer = chip.exchange(Uint8Array.from(bytes));
    log.push(`${hex(bytes)} > ${hex(answer)}`);
    return answer;
  };
  return { target: { bus: "spi0", select: 0, transfer }, log };
}

spec("ten bits lie in the last two bytes, highest first, behind a null bit", () => {
  // Figure 6-1: ? ? ? ? ? 0 B9 B8, then B7 to B0; what comes before the null bit is anything.
  assert.is(decodeCode(0b1111_1000, 0b0000_0000), 0);
  assert.is(decodeCode(0b0000_0010, 0b0000_0001), 513);
  assert.is(decodeCode(0b1111_1011, 0b1111_1111), 1023);
  assert.is(decodeCode(0b1111_1111, 0b1111_1111), undefined, "nobody drives the line");
});

spec("an input is asked for by its number, and its code is a part of the reference", () => {
  const chip = new Mcp3008Chip(3.3);
  const { target, log } = wired(chip);
  const converter = new Mcp3008(target);
  chip.setVolts(0, 1.65);
  chip.setVolts(5, 3.3);
  assert.is(converter.readVolts(0), 1.65);
  assert.is(converter.readVolts(5), (1023 * 3.3) / 1024, "full scale is one step below the reference");
  assert.is(converter.readVolts(7), 0);
  // Table 5-2: single-ended CH0 is 1 000, CH5 1 101, CH7 1 111. 512 is 10 0000 0000.
  assert.equal(
    log.map((line) => line.split(" > ")[0]),
    ["01 80 00", "01 d0 00", "01 f0 00"],
  );
  assert.is(log[0], "01 80 00 > ff fa 00");
});

spec("a pair counts the difference of its inputs, a negative one is zero", () => {
  const chip = new Mcp3008Chip(5);
  const { target, log } = wired(chip);
  const converter = new Mcp3008(target, { referenceVolts: 5, differential: true });
  chip.setVolts(2, 3);
  chip.setVolts(3, 1.75);
  const volts = ([2, 3] as const).map((channel: Mcp3008Channel) => converter.readVolts(channel));
  assert.equal(volts, [1.25, 0]);
  // 1.25 V of 5 V is 256 of 1024.
  assert.is(log[0], "01 20 00 > ff f9 00");
});

spec("a converter that is not there is told apart from full scale", () => {
  const { target } = wired({
    exchange: (bytes) => new Uint8Array(bytes.length).fill(0xff),
    describe: () => "",
  });
  assert.throws(
    () => new Mcp3008(target).readVolts(0),
    (error: unknown) =>
      error instanceof DeviceError &&
      error.code === "no_answer" &&
      error.message === "no_answer: MCP3008 at spi0 CE0: its null bit is not low: no chip drives MISO",
  );
});
