import { equal, is, throws } from "uvu/assert";
import type { ChipFault } from "../../firmware/emulated/chip-fault.ts";
import { EmulatedBus } from "../../firmware/emulated/emulated-bus.ts";
import { headerLine, LINE_NAMES } from "../../firmware/header-map.ts";
import { spec } from "../harness/spec.ts";
import { RegisterChip } from "./fixtures/register-chip.ts";

function bench(fault?: ChipFault) {
  const bus = new EmulatedBus();
  const chip = new RegisterChip();
  bus.attach(0x18, chip);
  bus.attach(0x19, new RegisterChip());
  if (fault) bus.setFault(0x18, fault);
  const read = (address: number, length = 1) => bus.transfer(address, Uint8Array.of(0), length);
  return { bus, chip, read };
}

spec("an address without a chip naks, as real ones do", () => {
  is(bench().read(0x20).status, "address_nak");
  is(bench().read(0x18).status, "ok");
});

spec("unplugged and nak concern one chip", () => {
  for (const [kind, status] of [
    ["unplugged", "address_nak"],
    ["nak", "data_nak"],
  ] as const) {
    const { read } = bench({ kind });
    is(read(0x18).status, status);
    is(read(0x19).status, "ok");
  }
});

spec("a stuck chip takes the whole bus with it until nine clocks, or for good", () => {
  const { bus, read } = bench({ kind: "stuck" });
  is(read(0x19).status, "bus_stuck");
  is(bus.recover(), true);
  is(read(0x19).status, "ok");
  bus.setFault(0x18, { kind: "stuck", freedBy: "nothing" });
  is(bus.recover(), false);
  is(read(0x19).status, "bus_stuck");
});

spec("slow says how long, corrupt flips one bit as often as its seed says", () => {
  is(bench({ kind: "slow", ms: 40 }).read(0x18).slowMs, 40);
  const seeded = () => {
    const { read } = bench({ kind: "corrupt", probability: 0.5, seed: 7 });
    return Array.from({ length: 200 }, () => [...read(0x18, 2).bytes]);
  };
  const reads = seeded();
  equal(reads, seeded(), "the same seed corrupts the same reads");
  const bad = reads.filter(([a, b]) => a! + b! > 0);
  is(bad.length > 70 && bad.length < 130, true, `${bad.length} of 200`);
  for (const [a, b] of bad) is(Math.log2(a! + b!) % 1, 0, "one bit");
});

spec("addresses are checked when chips are attached", () => {
  const { bus } = bench();
  throws(() => bus.attach(0x18, new RegisterChip()), /0x18 is taken/);
  throws(() => bus.attach(0x02, new RegisterChip()), /no chip can answer 0x2/);
  throws(() => bus.setFault(0x20, { kind: "nak" }), /no chip at 0x20/);
  is(bus.describe().length, 2);
});

spec("the header has 28 lines on as many pins, none of them power or ground", () => {
  const supply = [1, 2, 4, 6, 9, 14, 17, 20, 25, 30, 34, 39];
  equal(
    LINE_NAMES.map((line) => headerLine(line).pin).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, index) => index + 1).filter((pin) => !supply.includes(pin)),
  );
  is(headerLine("GPIO17").pin, 11);
  equal(
    LINE_NAMES.filter((line) => headerLine(line).pwm !== undefined),
    ["GPIO12", "GPIO13", "GPIO18", "GPIO19"],
  );
});
