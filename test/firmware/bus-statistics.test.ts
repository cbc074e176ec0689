import { equal, is, ok } from "uvu/assert";
import { BusStatistics, ChipStatistics } from "../../firmware/guardian/bus-statistics.ts";
import { transferLimitUs, transferUs } from "../../firmware/transfer-time.ts";
import { spec } from "../harness/spec.ts";
import { busBench, readOf } from "./fixtures/bus-bench.ts";

spec("a read of one register at 400 kHz is 40 bits on the wire, by hand", () => {
  // Start, address, register, repeated start, address, byte: 4 bytes of 9 bits, 2 starts, stop and free time.
  is(transferUs({ write: 1, read: 1 }, 400_000), 100);
  is(transferUs({ write: 1, read: 1 }, 100_000), 400);
});

// 256 bytes each way: 514 bytes with both addresses, 2 starts, stop and free time are 4630 bits.
spec(
  "a transfer hangs when it takes a tenth of a second more than its bits and its chip's stretching",
  () => {
    is(transferLimitUs({ write: 1, read: 1 }, 400_000, 0), 100_100);
    is(transferLimitUs({ write: 256, read: 256 }, 10_000, 5000), 105_000 + 463_000);
  },
);

spec("each chip's transfers, bytes and errors are counted apart, retries and failures too", () => {
  const { at, buses, report } = busBench({ chips: [{ bus: "i2c-1", address: 0x19, retries: 1 }] });
  at("i2c-1", 0x17).writeRegister16(2, 0x1234);
  at("i2c-1", 0x17).readRegisters(2, 2);
  buses["i2c-1"]!.setFault(0x19, { kind: "unplugged" });
  readOf(at("i2c-1", 0x19));
  const { chips, transfers } = report();
  const [good, bad] = chips;
  equal([good!.bus, good!.address, good!.transfers, good!.bytes, good!.state], ["i2c-1", 0x17, 2, 6, "good"]);
  equal([bad!.transfers, bad!.bytes, bad!.retries, bad!.errors.address_nak], [2, 0, 1, 2]);
  is(transfers, 4);
  ok(chips.every(({ errors }) => errors.bus_stuck === 0));
});

spec("a selection counts for the bus and for its multiplexer, not for the chip behind", () => {
  const { at, report } = busBench();
  readOf(at("i2c-1/0x70/3", 0x18));
  const { chips, transfers } = report();
  is(transfers, 5);
  equal(chips.map(({ bus, address, transfers }) => `${bus} 0x${address.toString(16)} ${transfers}`).sort(), [
    "i2c-1 0x70 2",
    "i2c-1 0x71 2",
    "i2c-1/0x70/3 0x18 1",
  ]);
});

spec("bus use is what the transfers' bits take of the last whole 10 s, as admission predicts it", () => {
  const { at, passMs, report } = busBench();
  // Predicted: 25 chips at 10 Hz, each reads 2 bytes of a register.
  const predicted = (100 * 25 * 10 * transferUs({ write: 1, read: 2 }, 400_000)) / 1e6;
  const chip = at("i2c-1", 0x17);
  for (let tick = 0; tick < 250; tick++) {
    for (let each = 0; each < 25; each++) chip.readRegister16(0);
    passMs(100);
  }
  const { usePercent } = report();
  ok(Math.abs(usePercent - predicted) < 0.05 * predicted, `${usePercent} % of ${predicted} % predicted`);
  passMs(20_000);
  is(report().usePercent, 0, "an idle bus is not used");
});

spec("what nobody acknowledges takes an address on the wire, not the bytes that never went", () => {
  const statistics = new BusStatistics(100_000, 0);
  const chip = new ChipStatistics();
  statistics.count(chip, "address_nak", { write: 200, read: 0 }, 300, 1000);
  is(statistics.wireUs, 120, "12 bits: start, address, stop and the free time after it");
  equal([statistics.busyUs, chip.longestUs, chip.bytes], [300, 300, 0]);
});
