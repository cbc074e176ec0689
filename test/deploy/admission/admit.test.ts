import * as assert from "uvu/assert";
import { type Admission, admit, refusedOf } from "../../../deploy/admission/admit.ts";
import type { CellMembers } from "../../../deploy/admission/cell-members.ts";
import { boardWork } from "../../../deploy/admission/jobs.ts";
import type { Machine } from "../../../deploy/admission/machine.ts";
import { remediesFor } from "../../../deploy/admission/remedies.ts";
import { BoardServers } from "../../../deploy/admission/servers.ts";
import { admissionTable } from "../../../deploy/cli/admission-table.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { largeBoard } from "../../bench/time/large-board.ts";
import { spec } from "../../harness/spec.ts";
import type { Change } from "../demo-board.ts";
import { unadmitted } from "./boards.ts";

const MACHINE: Machine = { cores: 2, sliceUs: 2000, collection: { us: 5000, everyUs: 1_000_000 } };

function admission(
  changes: readonly Change[],
  members?: readonly CellMembers[],
  machine = MACHINE,
): Admission {
  return admit(unadmitted(...changes), members, machine);
}

function cell(name: string, ...changes: readonly Change[]) {
  return admission(changes).cells.find((verdict) => verdict.name === name)!;
}

function responseUs(name: string, job: string, ...changes: readonly Change[]): number | undefined {
  const [found] = [...cell(name, ...changes).responseUs].filter(([task]) => task.name === job);
  return found?.[1];
}

spec("the table of the demo says use, demand and supply of every cell, bus and core", () => {
  assert.is(
    admissionTable(admission([])),
    `time               use  demand   supply  slowest job, at most
cell climate      0.9%  10.4ms  190.7ms  climate 29.3ms of 200ms
cell soil         0.8%  10.9ms  391.2ms  soil 28.9ms of 400ms
cell light        0.8%   8.1ms    220ms  light 196.2ms of 400ms
cell button       0.8%   8.2ms    500ms  button 8.2ms of 500ms
cell heater       1.2%  12.2ms    100ms  heater 12.2ms of 100ms
cell pump         1.2%  12.2ms    100ms  pump 12.2ms of 100ms
cell fan          0.9%   8.7ms    100ms  fan 8.7ms of 100ms
cell led          0.9%   8.7ms    100ms  led 8.7ms of 100ms
cell thermostat   0.7%     9ms    100ms  thermostat 9ms of 100ms
cell irrigation   0.7%     9ms    100ms  irrigation 9ms of 100ms
bus i2c-1         0.2%   1.6ms    189ms  climate 1.6ms of 189ms
bus i2c-0         0.1%     1ms  218.5ms  light 1ms of 218.5ms
core 0           23.0%            80.0%  guardian, mqtt, watchdog, kernel, reader, heater, pump, bu…
core 1            0.0%            80.0%
`,
  );
});

spec("every job, every decision and every command of a controller is work", () => {
  const names = boardWork(unadmitted()).map(
    ({ name, owner, periodUs, deadlineUs }) => `${owner}: ${name} ${periodUs / 1000}/${deadlineUs / 1000}`,
  );
  assert.equal(names, [
    "climate: climate 1000/200",
    "soil: soil 2000/400",
    "light: light 1000/400",
    "button: button 500/500",
    "heater: heater 500/100",
    "pump: pump 500/100",
    "fan: fan 500/100",
    "led: led 500/100",
    "thermostat: thermostat 1000/100",
    "thermostat: thermostat on climate 1000/100",
    "heater: heater for thermostat 1000/100",
    "heater: heater for thermostat on climate 1000/100",
    "irrigation: irrigation 1000/100",
    "irrigation: irrigation on soil 2000/100",
    "pump: pump for irrigation 1000/100",
    "pump: pump for irrigation on soil 2000/100",
  ]);
});

spec("a line's job takes its budget, its requests, a collection and the slice that it finds at work", () => {
  // By hand: 1000 + 3 * 250, 5000, 2000 - 1.
  assert.is(responseUs("led", "led"), 1750 + 5000 + 1999);
  assert.is(responseUs("led", "led", ["devices.led.budget", "4ms"]), 4750 + 5000 + 1999);
});

spec(
  "a chip's job takes its transfers and waits, and those of other cells on its bus that come first",
  () => {
    // By hand for light alone on i2c-0, 100 kHz: w 1 is 21 bits, r 2 is 30. Parts: 500 + 250 + 210 + 100 and
    // 500 + 250 + 300 + 100, the wait between, and for each part a collection and a slice of 2 ms.
    const alone = 1060 + 1150 + 180_000 + 2 * (5000 + 1999);
    assert.is(responseUs("light", "light"), alone);
    // With soil on the same bus its longest transfer, w 1 r 2, 49 bits and the turn, comes first each time; and light's
    // own start, two transfers w 1, is now a longer slice than 2 ms.
    const ahead = 490 + 100;
    const start = 2 * (250 + 210 + 100 + ahead);
    const beside = alone + 2 * ahead + 2 * (start - 2000);
    assert.is(responseUs("light", "light", ["devices.soil.bus", "i2c-0"]), beside);
  },
);

spec("devices that share a cell wait for each other's runs, and not for each other on the bus", () => {
  const shared = [
    { name: "bench", members: ["climate", "soil"] },
    { name: "light", members: ["light"] },
  ];
  const { cells } = admission([], shared);
  const [bench] = cells;
  assert.is(bench?.refusal, undefined);
  assert.equal([...bench!.owners.values()], ["climate", "soil"]);
  const servers = new BoardServers(unadmitted(), shared, MACHINE);
  const own = new BoardServers(
    unadmitted(),
    [
      { name: "climate", members: ["climate"] },
      { name: "soil", members: ["soil"] },
    ],
    MACHINE,
  );
  const runUs = (from: BoardServers, name: string) =>
    from.named("cell", name)!.server.tasks[0]!.parts.reduce((sum, part) => sum + part.runUs, 0);
  assert.ok(runUs(servers, "bench") < runUs(own, "climate"));
});

spec("a start is a slice that the others in the cell may have to wait for", () => {
  // BME280: four transfers at 400 kHz and their handovers are longer than two milliseconds.
  const { server } = new BoardServers(
    unadmitted(),
    [{ name: "climate", members: ["climate"] }],
    MACHINE,
  ).named("cell", "climate")!;
  assert.ok(server.sliceUs > 2000, `${server.sliceUs} us`);
});

spec("a bus is used by the transfers of all its devices", () => {
  // By hand, i2c-0 at 100 kHz: light transfers w 1 and r 2 a second: 210 + 300 us and two turns of 100 us.
  const { buses } = admission([]);
  assert.equal(buses.map(({ name, usePpm }) => [name, usePpm]).at(-1), ["i2c-0", 710]);
});

spec("a critical job is tested beside critical ones only, the others with it", () => {
  const critical: Change = ["devices.climate.criticality", "critical"];
  const together = [{ name: "bench", members: ["climate", "led"] }];
  const ledAt = (budget: string) =>
    admission([critical, ["devices.led.budget", budget], ["devices.led.deadline", "200ms"]], together);
  assert.equal(refusedOf(ledAt("20ms")), []);
  const [bench] = ledAt("150ms").cells;
  // One run of the lamp, 150 ms, blocks the sensor, whatever its criticality.
  assert.is(bench?.refusal !== undefined, true);
});

spec("best-effort jobs are admitted although they do not fit, and are named", () => {
  const { cells } = admission([
    ["devices.led.criticality", "best-effort"],
    ["devices.led.budget", "120ms"],
  ]);
  const led = cells.find(({ name }) => name === "led")!;
  assert.is(led.refusal, undefined);
  assert.is(led.sheds?.why, "demand");
});

spec("a cell that comes every 20 ms or more often spins, at a tenth of a core, two tenths for all", () => {
  const useOf = (every: string, ids: readonly string[]) => {
    const changes = ids.flatMap((id): Change[] => [
      [`devices.${id}.every`, every],
      [`devices.${id}.deadline`, undefined],
    ]);
    const loads = new BoardServers(
      unadmitted(...changes),
      [...ids].map((id) => ({ name: id, members: [id] })),
      MACHINE,
    ).loads();
    return loads.filter(({ name }) => ids.includes(name)).map(({ usePpm }) => usePpm);
  };
  const collection = 5000;
  assert.equal(useOf("25ms", ["led"]), [40_000 + collection]);
  assert.equal(useOf("20ms", ["led"]), [50_000 + collection + 100_000]);
  assert.equal(useOf("20ms", ["led", "fan", "button"]), Array(3).fill(50_000 + collection + 66_666));
});

spec("the same file gives the same verdicts, and a machine with fewer cores may refuse it", () => {
  assert.equal(admissionTable(admission([])), admissionTable(admission([])));
  assert.equal(refusedOf(admission([])), []);
  const busy = ["led", "fan", "button"].flatMap((id): Change[] => [
    [`devices.${id}.every`, "20ms"],
    [`devices.${id}.deadline`, undefined],
    [`devices.${id}.budget`, "6ms"],
  ]);
  assert.equal(
    refusedOf(admission(busy)).map(({ kind }) => kind),
    [],
  );
  assert.equal(
    refusedOf(admission(busy, undefined, { ...MACHINE, cores: 1 })).map(({ kind }) => kind),
    ["cores"],
  );
});

spec("who shares a full cell may move to another, if both fit then", () => {
  // By hand: the lamp's 1.75 ms, a collection of 5 ms and the fan's 30.75 ms that began just before: 37.5 ms.
  const config = unadmitted(["devices.led.deadline", "20ms"], ["devices.fan.budget", "30ms"]);
  const members = [{ name: "outputs", members: ["led", "fan", "pump"] }];
  const refused = refusedOf(admit(config, members, MACHINE));
  assert.equal(
    refused.map((each) => each.kind !== "cores" && each.verdict.name),
    ["outputs"],
  );
  const words = (valid: boolean) =>
    remediesFor(config, refused[0]!, { valid: () => valid, members, machine: MACHINE }).map(
      (remedy) => remedy.words,
    );
  assert.equal(words(true), [
    '"deadline" of led at least 38ms',
    "led in another cell",
    "fan in another cell",
  ]);
  assert.equal(words(false), []);
});

spec(
  "100 devices at 10 Hz fit on two cores in the cells that they share; each in its own, they do not",
  () => {
    const board = (placement: "auto" | "own") => {
      const written = JSON.parse(largeBoard({ devices: 100, placement }));
      return parseConfig(JSON.stringify({ ...written, admission: { cores: 2 } }));
    };
    const { config, problems } = board("auto");
    assert.is(problems, undefined);
    const { cells } = admit(config!);
    assert.ok(cells.length <= 10, `${cells.length} cells`);
    assert.ok(cells.every(({ sheds }) => sheds === undefined));
    // A collection each: 166 % of a core.
    assert.equal(
      board("own").problems?.map(({ path }) => path),
      ["admission.cores"],
    );
  },
);
