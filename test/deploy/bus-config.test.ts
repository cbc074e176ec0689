import * as assert from "uvu/assert";
import { admit } from "../../deploy/admission/admit.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { placementOf } from "../../deploy/config/placement.ts";
import { hardwarePlan } from "../../deploy/config/plan.ts";
import type { Problem, Warning } from "../../deploy/config/problem.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const mux = { chip: "tca9548a", reset: { line: "pin 7", for: "2ms" } };
const second = { driver: "bme280", bus: "i2c-1/0x70/3", address: "0x77", every: "1s" };
/** A second climate sensor behind channel 3, with the same address as one behind channel 0. A copy each time. */
const board = (): readonly Change[] => [
  ["buses.i2c-1.muxes", { "0x70": structuredClone(mux) }],
  ["devices.climate.bus", "i2c-1/0x70/0"],
  ["devices.climate.address", "0x77"],
  ["devices.attic", structuredClone(second)],
];
const read = (...changes: readonly Change[]) => parseConfig(demoWith(...board(), ...changes));

spec(
  "two chips with one address live behind two channels; the guardian is told both, and has the reset itself",
  () => {
    const { config, problems } = read();
    assert.is(problems, undefined);
    const { buses, outputs } = hardwarePlan(config!);
    const { muxes, chips, pins } = buses[0]!;
    assert.equal(muxes, [
      { address: 0x70, channels: [0, 3], reset: { line: "GPIO4", forUs: 2000, settleUs: 10_000 } },
    ]);
    assert.equal(
      chips!.map(({ bus, address }) => `${bus} ${address}`),
      ["i2c-1/0x70/0 119", "i2c-1/0x70/3 119"],
      "a BME280 has a reset command",
    );
    assert.equal(pins, { sda: "GPIO2", scl: "GPIO3" });
    assert.equal(outputs.at(-1), {
      ...{ line: "GPIO4", kind: "line", onCrash: "safe", activeLow: true, safe: "off" },
    });
  },
);

spec("what a chip and a bus have for their recovery is the guardian's plan, in microseconds", () => {
  const { config } = read(
    ["buses.i2c-1.rail", { line: "GPIO5" }],
    ["devices.soil.reset", { line: "GPIO7", activeLow: false, for: "50us", settle: "1ms" }],
    ["devices.soil.retries", 3],
    ["devices.soil.stretch", "5ms"],
  );
  const { buses, outputs } = hardwarePlan(config!);
  const { rail, chips, longestUs } = buses[0]!;
  assert.equal(rail, { line: "GPIO5", forUs: 500_000, settleUs: 100_000 });
  assert.equal(
    chips!.find(({ address }) => address === 0x48),
    {
      ...{ bus: "i2c-1", address: 0x48, retries: 3, stretchUs: 5000 },
      reset: { line: "GPIO7", forUs: 50, settleUs: 1000 },
    },
  );
  // 2 written, 3 bytes in all with the address, 5 ms of stretching: more than the 26 bytes of a BME280.
  assert.is(longestUs! > 5000 && longestUs! < 5200, true, String(longestUs));
  assert.equal(
    outputs.slice(-3).map(({ line, safe, activeLow }) => ({ line, safe, activeLow })),
    [
      { line: "GPIO4", safe: "off", activeLow: true },
      { line: "GPIO7", safe: "off", activeLow: false },
      { line: "GPIO5", safe: "on", activeLow: false },
    ],
  );
});

const PLACES = 'a channel of a multiplexer that "muxes" of i2c-1 describes; there is none';
const mistakes: readonly { name: string; changes: readonly Change[]; problem: Problem }[] = [
  {
    name: "a channel of no multiplexer",
    changes: [
      ["buses.i2c-1.muxes", undefined],
      ["devices.attic", undefined],
    ],
    problem: { path: "devices.climate.bus", found: '"i2c-1/0x70/0"', allowed: PLACES },
  },
  {
    name: "a channel of another multiplexer",
    changes: [["devices.attic.bus", "i2c-1/0x71/3"]],
    problem: { path: "devices.attic.bus", found: '"i2c-1/0x71/3"', allowed: 'a channel of "0x70"' },
  },
  {
    name: "a channel that no multiplexer has",
    changes: [["devices.attic.bus", "i2c-1/0x70/8"]],
    problem: {
      path: "devices.attic.bus",
      found: '"i2c-1/0x70/8"',
      allowed:
        'the name of a bus, such as "i2c-1", or of a channel of its multiplexer, such as "i2c-1/0x70/3"',
    },
  },
  {
    name: "two chips with one address behind one channel",
    changes: [["devices.attic.bus", "i2c-1/0x70/0"]],
    problem: {
      path: "devices.attic.address",
      found: '"0x77"',
      allowed: "an address of its own on i2c-1/0x70/0 and i2c-1; devices.climate has 0x77",
    },
  },
  {
    name: "a chip on the adapter with an address that is used behind a channel",
    changes: [["devices.attic.bus", "i2c-1"]],
    problem: {
      path: "devices.attic.address",
      found: '"0x77"',
      allowed:
        "an address of its own on i2c-1; devices.climate has 0x77, which answers too while its channel is open",
    },
  },
  {
    name: "a reset line that somebody else has",
    changes: [["devices.soil.reset", { line: "GPIO4" }]],
    problem: {
      path: "devices.soil.reset.line",
      found: '"GPIO4"',
      allowed: "a line of its own; GPIO4 belongs to multiplexer i2c-1 0x70 (reset)",
    },
  },
];
for (const { name, changes, problem } of mistakes) {
  spec(`${name} is one problem, at its path`, () => {
    const { problems = [] } = read(...changes);
    assert.equal(
      problems.map(({ path, found, allowed }) => ({ path, found, allowed })),
      [problem],
    );
  });
}

const advice: readonly { name: string; changes: readonly Change[]; at: string; words: RegExp }[] = [
  {
    name: "a multiplexer without a reset line",
    changes: [["buses.i2c-1.muxes.0x70", { chip: "tca9548a" }]],
    at: "buses.i2c-1.muxes.0x70",
    words: /takes the whole bus along: wire RESET to a line/,
  },
  {
    name: "a multiplexer with nothing behind it",
    changes: [["buses.i2c-0.muxes", { "0x72": { chip: "tca9548a" } }]],
    at: "buses.i2c-0.muxes.0x72",
    words: /nothing is behind a channel of it/,
  },
  {
    name: "a chip that stretches the clock of a quick bus on a Pi",
    changes: [
      ["hardware", "linux"],
      ["devices.soil.stretch", "5ms"],
    ],
    at: "devices.soil.stretch",
    words: /"speed": "50kHz" for i2c-1 makes it rare, "dtoverlay=i2c-gpio"/,
  },
];
for (const { name, changes, at, words } of advice) {
  spec(`${name} is a warning with what helps`, () => {
    const { warnings, problems } = read(...changes);
    assert.is(problems, undefined, JSON.stringify(problems));
    const [warning] = warnings.filter(({ path }: Warning) => path === at);
    assert.match(warning?.message ?? "none", words);
  });
}

spec("a chip that stretches a slow bus, or one of an emulated board, is no reason to warn", () => {
  for (const changes of [
    [["devices.soil.stretch", "5ms"]],
    [
      ["hardware", "linux"],
      ["buses.i2c-1.speed", "50kHz"],
      ["devices.soil.stretch", "5ms"],
    ],
  ] as const) {
    assert.equal(
      read(...changes).warnings.filter(({ path }) => path === "devices.soil.stretch"),
      [],
    );
  }
});

spec("selections count where the bus is admitted: with each transfer one byte for each multiplexer", () => {
  const used = (...changes: readonly Change[]) => {
    const { config, problems } = parseConfig(demoWith(...changes));
    assert.is(problems, undefined, JSON.stringify(problems));
    return admit(config!).buses.find(({ name }) => name === "i2c-1")!.usePpm;
  };
  const plain = used();
  const behind = used(["buses.i2c-1.muxes", { "0x70": mux }], ["devices.climate.bus", "i2c-1/0x70/0"]);
  // Three transfers a second of climate; a selection is 21 bits at 400 kHz, 53 us, and a turn of 100 us.
  assert.is(behind - plain, 3 * 153);
});

spec("devices behind a multiplexer share a cell with those of its adapter", () => {
  const { config } = read(["placement", "shared"]);
  const cell = placementOf(config!).find(({ name }) => name === "shared:i2c-1");
  assert.equal(cell?.members, ["climate", "soil", "attic"]);
});
