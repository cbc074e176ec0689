import fc from "fast-check";
import * as assert from "uvu/assert";
import { sharedCells } from "../../deploy/board/shared-cells.ts";
import { startTable } from "../../deploy/cli/start-table.ts";
import type { BoardConfig } from "../../deploy/config/board-schema.ts";
import { checkPlacement } from "../../deploy/config/check-placement.ts";
import type { DeviceConfig } from "../../deploy/config/device-schema.ts";
import { MOST_CELLS } from "../../deploy/config/fewer-cells.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { isSmall, MOST_IN_A_CELL, OWN_CELLS_UP_TO, placementOf } from "../../deploy/config/placement.ts";
import { controllerPlans, devicePlans } from "../../deploy/config/plan.ts";
import { Report } from "../../deploy/config/problem.ts";
import { realtimePlan } from "../../deploy/config/realtime-schema.ts";
import { propertyRuns } from "../harness/property-runs.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const DEVICE = {
  i2c: { driver: "bh1750", bus: "i2c-1", address: "0x23", every: "1s" },
  other: { driver: "bme280", bus: "i2c-7", address: "0x76", every: "1s" },
  input: { driver: "button", line: "GPIO5", bias: "pull-up", every: "1s" },
  output: { driver: "led", line: "GPIO6", safe: "off", every: "1s" },
} as const;

interface Written {
  readonly kind: keyof typeof DEVICE;
  readonly cell?: string;
  readonly bus?: string;
  readonly criticality?: string;
}

/** Only what the placement looks at; the checks of wiring are not asked. */
function boardOf(written: readonly Written[], placement?: BoardConfig["placement"]): BoardConfig {
  const devices = written.map(({ kind, ...rest }, index) => [`d${index}`, { ...DEVICE[kind], ...rest }]);
  return {
    version: 1,
    board: { id: "b" },
    hardware: "emulated",
    devices: Object.fromEntries(devices) as Record<string, DeviceConfig>,
    ...(placement === undefined ? {} : { placement }),
  };
}

function demo(...changes: readonly Change[]): BoardConfig {
  const { config, problems } = parseConfig(demoWith(...changes));
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

function shown(config: BoardConfig): string[] {
  return placementOf(config).map(({ name, members, shared }) => {
    if (!shared) assert.equal(members, [name]);
    return shared ? `${name} = ${members.join(" ")}` : name;
  });
}

const many = (count: number, kind: Written["kind"] = "i2c") =>
  Array.from({ length: count }, () => ({ kind }));

spec("on a small board everything has a cell of its own, in the order of the file", () => {
  assert.equal(
    shown(demo()),
    "climate soil light button heater pump fan led thermostat irrigation".split(" "),
  );
  assert.is(shown(boardOf(many(OWN_CELLS_UP_TO))).length, OWN_CELLS_UP_TO);
});

spec("a small board shares when it is told to: by bus, inputs, outputs, controllers", () => {
  assert.equal(shown(demo(["placement", "shared"])), [
    "shared:i2c-1 = climate soil",
    "light",
    "button",
    "shared:outputs = heater pump fan led",
    "shared:controllers = thermostat irrigation",
  ]);
});

spec(
  "only who asks for shared cells goes without a warm thread; a large board that shares them keeps one",
  () => {
    const devices = many(OWN_CELLS_UP_TO + 1);
    assert.equal(
      [undefined, "auto", "own", "shared"].map((placement) =>
        isSmall(boardOf(devices, placement as BoardConfig["placement"])),
      ),
      [false, false, false, true],
    );
  },
);

spec("one device more than a small board has, and cells are shared; unless it is told not to", () => {
  const devices = many(OWN_CELLS_UP_TO + 1);
  assert.equal(
    placementOf(boardOf(devices)).map(({ name, members }) => [name, members.length]),
    [
      ["shared:i2c-1", 9],
      ["shared:i2c-1:2", 8],
    ],
  );
  assert.is(placementOf(boardOf(devices, "own")).length, devices.length);
});

spec('who names a cell shares it whatever the board does, and "own" means alone', () => {
  const named = demo(
    ["devices.led.cell", "lamps"],
    ["devices.light.cell", "lamps"],
    ["controllers.irrigation.cell", "lamps"],
  );
  assert.ok(shown(named).includes("shared:lamps = light led irrigation"));
  const alone = demo(["placement", "shared"], ["devices.fan.cell", "own"]);
  assert.ok(shown(alone).includes("shared:outputs = heater pump led") && shown(alone).includes("fan"));
});

const anyDevice: fc.Arbitrary<Written> = fc.record(
  {
    kind: fc.constantFrom(...(Object.keys(DEVICE) as Written["kind"][])),
    cell: fc.constantFrom("own", "x", "i2c-1"),
    criticality: fc.constantFrom("critical", "normal", "best-effort"),
  },
  { requiredKeys: ["kind"] },
);
const anyBoard = fc
  .tuple(fc.array(anyDevice, { maxLength: 120 }), fc.constantFrom("auto", "own", "shared", undefined))
  .map(([devices, placement]) => boardOf(devices, placement as BoardConfig["placement"]));

spec("any board: everybody in exactly one cell, the critical alone, no cell too full, names unique", () => {
  fc.assert(
    fc.property(anyBoard, (config) => {
      const cells = placementOf(config);
      assert.equal(cells.flatMap(({ members }) => members).sort(), Object.keys(config.devices).sort());
      assert.is(new Set(cells.map(({ name }) => name)).size, cells.length);
      for (const { name, members, shared } of cells) {
        assert.ok(members.length >= 1 && members.length <= MOST_IN_A_CELL);
        assert.is(name.startsWith("shared:"), shared, "no id of a device has a colon");
        const critical = members.filter((id) => {
          const device = config.devices[id]! as { readonly criticality?: string };
          return device.criticality === "critical";
        });
        if (critical.length > 0) assert.equal(members, critical);
        if (!shared) assert.equal(members, [name]);
      }
      assert.equal(placementOf(config), cells, "the same board, the same cells");
    }),
    propertyRuns(200),
  );
});

spec("many small buses share cells, the smallest first, until there are few enough", () => {
  const chips = Array.from(
    { length: 60 },
    (_, index): Written => ({ kind: "i2c", bus: `i2c-${index % 20}` }),
  );
  const cells = placementOf(boardOf(chips));
  assert.is(cells.length, MOST_CELLS);
  assert.is(cells[0]!.name, "shared:i2c-0+i2c-1");
  assert.equal(cells[0]!.members, ["d0", "d20", "d40", "d1", "d21", "d41"]);
  const full = Array.from(
    { length: 200 },
    (_, index): Written => ({ kind: "i2c", bus: `i2c-${index % 20}` }),
  );
  assert.is(placementOf(boardOf(full)).length, 20, "no two fit into one cell");
});

spec("any board with few cells: devices of two buses share only where somebody wrote so", () => {
  fc.assert(
    fc.property(anyBoard, (config) => {
      const cells = placementOf(config);
      for (const { members } of cells) {
        const silent = members.map((id) => config.devices[id]!).filter(({ cell }) => cell === undefined);
        assert.ok(new Set(silent.map((device) => ("bus" in device ? device.bus : device.driver))).size <= 1);
      }
    }),
    propertyRuns(200),
  );
});

spec("a cell that is named by more than fit into it is refused, with the first that does not", () => {
  const lamp = (index: number): Change => [
    `devices.lamp-${index}`,
    { driver: "bme280", bus: `i2c-${20 + index}`, address: "0x76", every: "1s", cell: "lamps" },
  ];
  const bus = (index: number): Change => [`buses.i2c-${20 + index}`, { speed: "100kHz" }];
  const numbers = Array.from({ length: MOST_IN_A_CELL + 1 }, (_, index) => index);
  const text = (count: number) =>
    demoWith(...numbers.slice(0, count).flatMap((index) => [bus(index), lamp(index)]));
  assert.is(parseConfig(text(MOST_IN_A_CELL)).problems, undefined);
  const [problem, ...others] = parseConfig(text(MOST_IN_A_CELL + 1)).problems!;
  assert.equal(others, []);
  assert.is(problem!.path, `devices.lamp-${MOST_IN_A_CELL}.cell`);
  assert.is(problem!.allowed, `another cell: ${MOST_IN_A_CELL} share "lamps" already, and that is the most`);
});

spec("what is critical may not name a cell to share", () => {
  const report = new Report();
  const draft = (id: string, fields: object) => ({ at: ["devices", id], fields });
  checkPlacement(
    {
      devices: [
        draft("heater", { cell: "outputs", criticality: "critical" }),
        draft("pump", { cell: "own", criticality: "critical" }),
        draft("led", { cell: "outputs", criticality: "normal" }),
      ],
      controllers: [],
    } as never,
    report,
  );
  assert.equal(report.findings, [
    {
      at: ["devices", "heater", "cell"],
      found: '"outputs"',
      allowed: '"own", or nothing: what is critical shares its cell with nobody',
    },
  ]);
});

spec("the start table says who shares a cell, and nothing where nobody does", () => {
  const table = (...changes: Change[]) => startTable(demo(...changes), { version: "1" });
  assert.not.match(table(), /shared:/);
  assert.match(
    table(["placement", "shared"]),
    /\n\nshared:i2c-1 {2}climate, soil\nshared:outputs {2}heater, pump, fan, led\nshared:controllers {2}thermostat, irrigation\n/,
  );
});

spec("a bus that is not on the header has neither line, one that is has both", () => {
  assert.is(parseConfig(demoWith(["buses.i2c-9", { speed: "100kHz" }])).problems, undefined);
  const [problem] = parseConfig(demoWith(["buses.i2c-9", { sda: "GPIO10", speed: "100kHz" }])).problems!;
  assert.is(problem!.path, "buses.i2c-9.scl");
  assert.is(problem!.allowed, "a line, as for sda: a bus of the header has both, another neither");
});

spec("a shared cell spins as soon as one in it has to, and has the place that is written for it", () => {
  const place = { priority: 5 };
  const config = demo(
    ["placement", "shared"],
    ["devices.soil.precision", "spin"],
    ["realtime", { cells: { "shared:outputs": place } }],
  );
  const plans = [...devicePlans(config), ...controllerPlans(config)];
  const cells = sharedCells(placementOf(config), plans, realtimePlan(config).cells);
  assert.equal(
    cells.map(({ spec }) => [spec.name, spec.precision, spec.place]),
    [
      ["shared:i2c-1", "spin", undefined],
      ["shared:outputs", "sleep", place],
      ["shared:controllers", "sleep", undefined],
    ],
  );
});
