import { equal, is, ok } from "uvu/assert";
import { ChipNak } from "../../firmware/contracts/chip.ts";
import { spec } from "../harness/spec.ts";
import { busBench, chipReset, rail, readOf } from "./fixtures/bus-bench.ts";

/** So many jobs of a second, each one read; how they ended. */
function jobs({ passMs }: ReturnType<typeof busBench>, count: number, job: () => unknown): unknown[] {
  return Array.from({ length: count }, () => {
    passMs(1000);
    return job();
  });
}

const nineteen = { bus: "i2c-1", address: 0x19 };

spec(
  "retry: a transfer that was not acknowledged is tried again as often as its chip's plan says, and counted",
  () => {
    const { at, buses, report, happened } = busBench({ chips: [{ ...nineteen, retries: 2 }] });
    buses["i2c-1"]!.setFault(0x19, { kind: "nak" });
    is(readOf(at("i2c-1", 0x19)), "data_nak");
    equal(happened(), ["0x19 w 00 r 1", "0x19 w 00 r 1", "0x19 w 00 r 1"]);
    const { transfers, retries, errors, state } = report().chips[0]!;
    equal([transfers, retries, errors.data_nak, state], [3, 2, 3, "failing"]);
  },
);

spec("retry: one that succeeds the second time is no error", () => {
  const { at, chips, report, happened } = busBench();
  const { receive } = chips["i2c-1"]!;
  chips["i2c-1"]!.receive = () => {
    chips["i2c-1"]!.receive = receive;
    throw new ChipNak(0, "once");
  };
  is(readOf(at("i2c-1", 0x17)), 0);
  equal(happened(), ["0x17 w 00 r 1", "0x17 w 00 r 1", "1 retried"]);
  equal(report().chips[0]!.state, "good");
});

spec(
  "reset: a chip that does not answer three times has its reset line pulsed, while the others go on",
  () => {
    const bench = busBench({ chips: [{ ...nineteen, retries: 0, reset: chipReset }] });
    const { at, buses, passMs, happened } = bench;
    buses["i2c-1"]!.setFault(0x19, { kind: "hung", freedBy: "reset" });
    const job = () => readOf(at("i2c-1", 0x19));
    equal(jobs(bench, 3, job), ["address_nak", "address_nak", "address_nak"]);
    equal(happened().slice(-1), ["GPIO4 0"]);
    is(readOf(at("i2c-1", 0x17)), 0, "in the middle of it");
    passMs(3);
    is(job(), 0);
    equal(happened(), ["0x17 w 00 r 1", "GPIO4 1", "reset of i2c-1 0x19: works", "0x19 w 00 r 1"]);
  },
);

spec("reset: a command does it where there is no line, ahead of everybody", () => {
  const bench = busBench({ chips: [{ ...nineteen, retries: 0, reset: { bytes: [0x0e, 0xb6] } }] });
  const { at, buses, happened } = bench;
  buses["i2c-1"]!.setFault(0x19, { kind: "nak" });
  jobs(bench, 3, () => readOf(at("i2c-1", 0x19)));
  equal(happened().slice(-2), ["0x19 w 0e b6", "reset of i2c-1 0x19: no"]);
  buses["i2c-1"]!.setFault(0x19, undefined);
  equal(jobs(bench, 30, () => readOf(at("i2c-1", 0x19))).slice(-1), [0]);
  happened();
  buses["i2c-1"]!.setFault(0x19, { kind: "unplugged" });
  jobs(bench, 90, () => readOf(at("i2c-1", 0x19)));
  const resets = happened().filter((what) => what === "0x19 w 0e b6").length;
  is(resets, 2, "a chip that stays away is reset after 30 s again, then after a minute, not at each job");
});

spec("nine clocks: others on a bus that a chip held are back with the next transfer", () => {
  const { at, buses, clock, happened } = busBench();
  buses["i2c-1"]!.setFault(0x17, { kind: "stuck" });
  const startUs = clock.now();
  is(readOf(at("i2c-1", 0x19)), "bus_stuck");
  is(readOf(at("i2c-1", 0x19)), 0);
  ok(clock.now() - startUs < 1_000_000);
  equal(happened(), ["0x19 w 00 r 1", "nine clocks", "clocks: works", "stuck, free again", "0x19 w 00 r 1"]);
});

spec("power: a bus that nothing else frees has its rail cycled, and is back within a second", () => {
  const { at, buses, clock, passMs, happened } = busBench({ rail });
  buses["i2c-1"]!.setFault(0x17, { kind: "stuck", freedBy: "power" });
  const startUs = clock.now();
  is(readOf(at("i2c-1", 0x19)), "bus_stuck");
  passMs(600);
  is(readOf(at("i2c-1", 0x19)), 0);
  ok(clock.now() - startUs < 1_000_000);
  equal(happened(), [
    ...["0x19 w 00 r 1", "nine clocks", "clocks: no", "GPIO6 0", "GPIO6 1", "nine clocks", "rail: works"],
    ...["stuck, free again", "0x19 w 00 r 1"],
  ]);
});

spec(
  "power: a chip that neither answers nor is brought back by its reset has the rail cycled once in 30 s",
  () => {
    const bench = busBench({ rail, chips: [{ ...nineteen, retries: 0, reset: chipReset }] });
    const { at, buses, happened } = bench;
    buses["i2c-1"]!.setFault(0x19, { kind: "hung", freedBy: "power" });
    const ends = jobs(bench, 8, () => readOf(at("i2c-1", 0x19)));
    equal(ends.slice(5), ["address_nak", 0, 0]);
    const lines = happened().filter((what) => what.startsWith("GPIO") || what.includes(":"));
    equal(lines, [
      ...["GPIO4 0", "GPIO4 1", "reset of i2c-1 0x19: works"],
      ...["GPIO6 0", "GPIO6 1", "rail: works"],
    ]);
  },
);

spec(
  "a bus that stays held is refused at once, and asked again twice a second; the rail is not cycled each time",
  () => {
    const bench = busBench({ rail });
    const { at, buses, happened, passMs, report } = bench;
    buses["i2c-1"]!.setFault(0x17, { kind: "stuck", freedBy: "nothing" });
    const job = () => readOf(at("i2c-1", 0x19));
    is(job(), "bus_stuck");
    passMs(600);
    happened();
    is(job(), "bus_stuck");
    equal(happened(), [], "within half a second nobody asks the wire");
    is(report().stuck, true);
    passMs(500);
    is(job(), "bus_stuck");
    equal(happened(), ["0x19 w 00 r 1", "nine clocks", "clocks: no", "stuck, for good"]);
    buses["i2c-1"]!.setFault(0x17, undefined);
    passMs(500);
    is(job(), 0);
    is(report().stuck, false);
  },
);

spec("quarantine: a chip that holds the bus a third time is kept off it, the others go on", () => {
  const bench = busBench();
  const { at, buses, happened, passMs, report } = bench;
  const bad = () => readOf(at("i2c-1", 0x17));
  const other = () => readOf(at("i2c-1", 0x19));
  buses["i2c-1"]!.setFault(0x17, { kind: "holds" });
  equal(jobs(bench, 3, bad), ["bus_stuck", "bus_stuck", "bus_stuck"]);
  ok(happened().includes("quarantine of i2c-1 0x17: no"));
  equal([bad(), other(), bad()], ["quarantined", 0, "quarantined"]);
  equal(happened(), ["0x19 w 00 r 1"], "nothing is sent to it");
  is(report().chips.find(({ address }) => address === 0x17)!.state, "quarantined");
  passMs(1000);
  is(bad(), "bus_stuck", "one try after a second");
  passMs(1500);
  is(bad(), "quarantined", "twice as long the next time");
  passMs(500);
  buses["i2c-1"]!.setFault(0x17, undefined);
  happened();
  equal([bad(), bad(), other()], [0, 0, 0]);
  equal(happened().slice(0, 2), ["0x17 w 00 r 1", "back of i2c-1 0x17: works"]);
});

spec("quarantine: after 30 s without harm its past is forgotten", () => {
  const bench = busBench();
  const { at, buses, happened, passMs } = bench;
  const bad = () => readOf(at("i2c-1", 0x17));
  for (let round = 0; round < 3; round++) {
    buses["i2c-1"]!.setFault(0x17, { kind: "holds" });
    jobs(bench, 2, bad);
    buses["i2c-1"]!.setFault(0x17, undefined);
    is(bad(), 0);
    passMs(31_000);
    is(bad(), 0);
  }
  is(
    happened().some((what) => what.startsWith("quarantine")),
    false,
  );
});

spec("quarantine: who was kept off a bus that is held again is innocent", () => {
  const bench = busBench();
  const { at, buses, happened, passMs } = bench;
  const suspect = () => readOf(at("i2c-1", 0x17));
  for (let times = 0; times < 3; times++) {
    buses["i2c-1"]!.setFault(0x19, { kind: "stuck" });
    is(suspect(), "bus_stuck", "it comes first and is blamed");
    passMs(100);
  }
  is(suspect(), "quarantined");
  buses["i2c-1"]!.setFault(0x19, { kind: "stuck" });
  is(readOf(at("i2c-1", 0x19)), "bus_stuck");
  ok(happened().includes("acquitted of i2c-1 0x17: works"));
  is(suspect(), 0);
});

spec("quarantine: a chip that holds the clock for longer than its plan allows is kept off as well", () => {
  const bench = busBench({ chips: [{ ...nineteen, stretchUs: 20_000 }] });
  const { at, buses } = bench;
  const slow = () => readOf(at("i2c-1", 0x19));
  buses["i2c-1"]!.setFault(0x19, { kind: "slow", ms: 90 });
  equal(jobs(bench, 3, slow), [0, 0, 0], "what the machine may take is no fault of the chip");
  buses["i2c-1"]!.setFault(0x19, { kind: "slow", ms: 150 });
  equal(jobs(bench, 3, slow).slice(0, 2), [0, 0]);
  is(slow(), "quarantined");
});
