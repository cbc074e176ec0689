import { equal, is } from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { busBench, muxReset, readOf } from "./fixtures/bus-bench.ts";

spec(
  "chips with one address behind two channels are told apart; a channel is opened once and read back first",
  () => {
    const { at, chips, happened } = busBench();
    const [none, three] = [at("i2c-1/0x70/0", 0x18), at("i2c-1/0x70/3", 0x18)];
    none.writeRegister8(0, 0xa0);
    equal(happened(), [
      // Nobody knows what the other one has open.
      ...["0x71 w 00", "0x71 r 1", "0x70 w 01", "0x70 r 1"],
      "0x18 w 00 a0",
    ]);
    three.writeRegister8(0, 0xa3);
    equal(happened(), ["0x70 w 08", "0x18 w 00 a3"]);
    is(readOf(three), 0xa3);
    equal(happened(), ["0x18 w 00 r 1"]);
    is(readOf(none), 0xa0);
    equal([chips["i2c-1/0x70/0"]!.registers[0], chips["i2c-1/0x70/3"]!.registers[0]], [0xa0, 0xa3]);
  },
);

spec("of two multiplexers only one has a channel open", () => {
  const { at, muxes, happened } = busBench();
  readOf(at("i2c-1/0x70/3", 0x18));
  readOf(at("i2c-1/0x71/3", 0x18));
  happened();
  equal([muxes["0x70"].open, muxes["0x71"].open], [0, 8]);
  readOf(at("i2c-1/0x70/3", 0x18));
  equal(happened(), ["0x71 w 00", "0x70 w 08", "0x18 w 00 r 1"]);
});

spec("a chip on the adapter itself needs no channel, and closes none", () => {
  const { at, happened } = busBench();
  readOf(at("i2c-1/0x70/3", 0x18));
  happened();
  readOf(at("i2c-1", 0x19));
  readOf(at("i2c-1/0x70/3", 0x18));
  equal(happened(), ["0x19 w 00 r 1", "0x18 w 00 r 1"]);
});

spec("after an error behind it a multiplexer is written anew and read back", () => {
  const { at, buses, happened } = busBench({ chips: [{ bus: "i2c-1/0x70/3", address: 0x18, retries: 0 }] });
  const chip = at("i2c-1/0x70/3", 0x18);
  readOf(chip);
  buses["i2c-1/0x70/3"]!.setFault(0x18, { kind: "unplugged" });
  happened();
  is(readOf(chip), "address_nak");
  equal(happened(), ["0x18 w 00 r 1"]);
  buses["i2c-1/0x70/3"]!.setFault(0x18, undefined);
  is(readOf(chip), 0);
  equal(happened(), ["0x71 w 00", "0x71 r 1", "0x70 w 08", "0x70 r 1", "0x18 w 00 r 1"]);
});

spec(
  "a multiplexer that does not keep its channel fails the transfer, and nothing is sent to whoever is there",
  () => {
    const { at, muxes, happened } = busBench();
    const { receive } = muxes["0x70"];
    muxes["0x70"].receive = () => {};
    is(readOf(at("i2c-1/0x70/3", 0x18)), "data_nak");
    is(happened().includes("0x18 w 00 r 1"), false);
    muxes["0x70"].receive = receive;
    is(readOf(at("i2c-1/0x70/3", 0x18)), 0);
  },
);

spec("an unplugged multiplexer costs what is behind it, and is back when it is plugged in", () => {
  const { at, buses, report } = busBench();
  buses["i2c-1"]!.setFault(0x70, { kind: "unplugged" });
  is(readOf(at("i2c-1/0x70/3", 0x18)), "address_nak");
  is(readOf(at("i2c-1", 0x19)), 0);
  is(readOf(at("i2c-1/0x71/3", 0x18)), "address_nak", "nobody knows whether the other one is closed");
  const mux = report().chips.find(({ address }) => address === 0x70)!;
  equal([mux.state, mux.errors.address_nak > 0], ["failing", true]);
  buses["i2c-1"]!.setFault(0x70, undefined);
  is(readOf(at("i2c-1/0x71/3", 0x18)), 0);
});

spec(
  "a chip that holds its channel for good is cut off by the multiplexer's reset, within one transfer of another",
  () => {
    const { at, buses, clock, passMs, happened } = busBench({
      muxes: [
        { address: 0x70, channels: [0, 3], reset: muxReset },
        { address: 0x71, channels: [3] },
      ],
    });
    readOf(at("i2c-1/0x70/3", 0x18));
    happened();
    buses["i2c-1/0x70/3"]!.setFault(0x18, { kind: "stuck", freedBy: "nothing" });
    const startUs = clock.now();
    is(readOf(at("i2c-1", 0x19)), "bus_stuck", "whoever comes first finds it");
    passMs(3);
    is(readOf(at("i2c-1", 0x19)), 0);
    is(clock.now() - startUs < 1_000_000, true, "others on the bus are back within 1 s");
    equal(happened(), [
      ...[
        "0x19 w 00 r 1",
        "nine clocks",
        "clocks: no",
        "GPIO5 0",
        "GPIO5 1",
        "nine clocks",
        "muxReset: works",
      ],
      ...["stuck, free again", "0x19 w 00 r 1"],
    ]);
  },
);
