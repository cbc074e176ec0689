/** Register words typed from DS20001952C, Table 3-1 (BANK = 0). */
import { equal, is, throws } from "uvu/assert";
import { Mcp23017Chip } from "../../devices/chips/mcp23017.ts";
import { MCP23017_PINS, MCP23017_REGISTERS } from "../../devices/drivers/mcp23017.ts";
import { spec } from "../harness/spec.ts";

function read(chip: Mcp23017Chip, register: number, length: number): number[] {
  chip.receive(Uint8Array.of(register));
  return [...chip.transmit(length)];
}

function write(chip: Mcp23017Chip, ...bytes: number[]): void {
  chip.receive(Uint8Array.from(bytes));
}

spec("the registers and pins are those of the data sheet", () => {
  equal(MCP23017_REGISTERS, { direction: 0x00, latch: 0x14, port: 0x12 });
  equal(
    [MCP23017_PINS[0], MCP23017_PINS[7], MCP23017_PINS[8], MCP23017_PINS[15]],
    ["GPA0", "GPA7", "GPB0", "GPB7"],
  );
});

spec("after power-up all pins are inputs, and every other register is zero", () => {
  const chip = new Mcp23017Chip();
  equal(read(chip, 0x00, 2), [0xff, 0xff]);
  equal(read(chip, 0x02, 20), Array(20).fill(0));
  is(chip.level(0), undefined);
});

spec("an output drives its latch, and the port reads it back", () => {
  const chip = new Mcp23017Chip();
  write(chip, 0x14, 0b0000_1000, 0b1000_0000);
  is(chip.level(3), undefined, "still an input");
  write(chip, 0x00, 0b1111_0111, 0b0111_1111);
  equal([chip.level(3), chip.level(15), chip.level(4)], [1, 1, undefined]);
  equal(read(chip, 0x12, 2), [0b0000_1000, 0b1000_0000]);
  chip.hold(3, 0);
  equal(read(chip, 0x12, 2), [0, 0b1000_0000], "shorted");
  equal(read(chip, 0x14, 2), [0b0000_1000, 0b1000_0000], "the latch does not see it");
});

spec("a write to the port is one to the latch, and addresses run on over the last register", () => {
  const chip = new Mcp23017Chip();
  write(chip, 0x13, 0x5a);
  equal(read(chip, 0x15, 2), [0x5a, 0xff], "OLATB, then IODIRA");
});

spec("inputs have pull-ups and polarity", () => {
  const chip = new Mcp23017Chip();
  write(chip, 0x0c, 0b0000_0001);
  write(chip, 0x02, 0b0000_0010);
  equal(read(chip, 0x12, 1), [0b0000_0011]);
});

spec("who loses power forgets, and tells the world which pins let go", () => {
  const chip = new Mcp23017Chip();
  write(chip, 0x14, 1);
  write(chip, 0x00, 0xfe);
  const trace: string[] = [];
  chip.onChange((pin, level) => trace.push(`${pin} ${level}`));
  chip.powerCycle();
  equal(trace, ["0 undefined"]);
  equal(read(chip, 0x14, 1), [0]);
});

spec("a register that is not there is refused", () => {
  throws(() => write(new Mcp23017Chip(), 0x16), /no register 0x16/);
});
