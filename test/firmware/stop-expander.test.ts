import { equal } from "uvu/assert";
import type { ExpanderOutputPlan, ExpanderPlan } from "../../firmware/contracts/expander-plan.ts";
import { stopExpander } from "../../firmware/guardian/stop-expander.ts";
import { spec } from "../harness/spec.ts";

// MCP23017 (Microchip DS20001952C, table 3-1, IOCON.BANK = 0).
const IODIR = 0x00;
const GPIO = 0x12;
const OLAT = 0x14;

const output = (line: string, pin: number, more: Partial<ExpanderOutputPlan> = {}): ExpanderOutputPlan => ({
  ...{ line, pin, kind: "line", activeLow: false, safe: "off", onCrash: "safe" },
  ...more,
});

const plan: ExpanderPlan = {
  expander: "valves",
  bus: "i2c-1",
  address: 0x20,
  pins: 16,
  registers: { direction: IODIR, latch: OLAT, port: GPIO },
  outputs: [
    output("valves.GPA0", 0),
    output("valves.GPA1", 1, { activeLow: true }),
    output("valves.GPA7", 7, { onCrash: "hold" }),
    output("valves.GPB3", 11, { safe: "on" }),
  ],
};

/** Registers behind an address, and the wire: `20 w 14 r 80 00`, `20 w 14 02 08`. */
function wire(registers: Record<number, number>, { fails = "", stuckHigh = 0 } = {}) {
  const log: string[] = [];
  const hex = (values: Iterable<number>) =>
    [...values].map((value) => value.toString(16).padStart(2, "0")).join(" ");
  const transfer = async (address: number, write: readonly number[], readLength: number) => {
    const [register = 0, ...values] = write;
    const entry = `${hex([address])} w ${hex(write)}`;
    if (fails !== "" && entry.startsWith(fails)) return "address_nak";
    for (const [index, value] of values.entries()) registers[register + index] = value;
    registers[GPIO] = (registers[OLAT] ?? 0) | stuckHigh;
    registers[GPIO + 1] = registers[OLAT + 1] ?? 0;
    const read = Uint8Array.from({ length: readLength }, (_, index) => registers[register + index] ?? 0);
    log.push(readLength === 0 ? entry : `${entry} r ${hex(read)}`);
    return read;
  };
  return { transfer, log, registers };
}

const all = () => true;
const unlessHeld = ({ onCrash }: ExpanderOutputPlan) => onCrash !== "hold";

spec("levels go out before directions, held pins and those of nobody stay as they are", async () => {
  const chip = wire({ [OLAT]: 0x81, [OLAT + 1]: 0x40, [IODIR]: 0x70, [IODIR + 1]: 0xff });
  const found = await stopExpander(plan, unlessHeld, chip.transfer);
  equal(chip.log, [
    "20 w 14 r 81 40",
    "20 w 00 r 70 ff",
    "20 w 14 82 48",
    "20 w 00 70 f7",
    "20 w 12 r 82 48",
  ]);
  equal(
    [...found],
    ["valves.GPA0", "valves.GPA1", "valves.GPB3"].map((line) => [line, undefined]),
  );
});

spec("after an orderly end the held pin is safe, too", async () => {
  const chip = wire({ [OLAT]: 0x81, [IODIR]: 0x00, [IODIR + 1]: 0x00 });
  const found = await stopExpander(plan, all, chip.transfer);
  equal([chip.registers[OLAT], chip.registers[OLAT + 1]], [0x02, 0x08]);
  equal(found.size, 4);
});

spec("behind a multiplexer its channel is opened first", async () => {
  const chip = wire({});
  await stopExpander({ ...plan, bus: "i2c-1/0x70/3" }, all, chip.transfer);
  equal(chip.log[0], "70 w 08");
});

spec("a pin that reads another level is named, the others are safe", async () => {
  const chip = wire({}, { stuckHigh: 0x01 });
  const found = await stopExpander(plan, all, chip.transfer);
  equal(found.get("valves.GPA0"), "driven to 0, it reads 1");
  equal(found.get("valves.GPA1"), undefined);
});

spec("a chip that does not answer is said for each of its outputs, wherever it stopped", async () => {
  for (const fails of ["20 w 14", "20 w 00", "20 w 14 ", "20 w 00 ", "20 w 12"]) {
    const found = await stopExpander(plan, all, wire({}, { fails }).transfer);
    equal([...found.values()], Array(4).fill("address_nak"), fails);
  }
});

spec("an expander without an output to make safe is not touched", async () => {
  const chip = wire({});
  await stopExpander(plan, () => false, chip.transfer);
  equal(chip.log, []);
});

spec("other multiplexers are closed first: behind them may be chips with the same address", async () => {
  const chip = wire({});
  const behind = { ...plan, bus: "i2c-1/0x70/3" };
  await stopExpander(behind, all, chip.transfer, [0x70, 0x71]);
  equal(chip.log.slice(0, 2), ["71 w 00", "70 w 08"]);
  const stuck = wire({}, { fails: "71" });
  const found = await stopExpander(behind, all, stuck.transfer, [0x70, 0x71]);
  equal([...new Set(found.values())], ["multiplexer 0x71: address_nak"]);
  equal(stuck.log, [], "nothing is told to whoever may hear it");
});
