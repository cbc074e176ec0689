/** What the catalogue declares of chips on SPI and 1-wire against what their drivers do. */
import * as assert from "uvu/assert";
import { driverNamed } from "../../devices/catalogue.ts";
import { Ds18b20Chip } from "../../devices/chips/ds18b20.ts";
import { Mcp3008Chip } from "../../devices/chips/mcp3008.ts";
import type { DeviceTask, TaskSteps } from "../../devices/handler/task.ts";
import type { Stretch, TransferSize } from "../../devices/job-cost.ts";
import { createTask } from "../../devices/tasks/task-catalogue.ts";
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { W1Target } from "../../firmware/contracts/w1.ts";
import { type Change, demoPlan } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";

type Waiter = Parameters<DeviceTask["start"]>[0];

/** A device over its chip; `stretches` runs steps and says what they did. */
function bench(id: string, ...changes: readonly Change[]) {
  const clock = new HandClock();
  const plan = demoPlan(id, ...changes);
  let done: TransferSize[] = [];
  const converter = new Mcp3008Chip();
  const sensor = new Ds18b20Chip(clock);
  const w1: W1Target = {
    bus: "w1",
    place: 0,
    write(bytes) {
      done.push({ write: bytes.length, read: 0 });
      sensor.receive(Uint8Array.from(bytes));
    },
    writeRead(bytes, length) {
      done.push({ write: bytes.length, read: length });
      sensor.receive(Uint8Array.from(bytes));
      return sensor.transmit(length);
    },
  };
  const hardware: Partial<Hardware> = {
    w1: () => w1,
    spi: (bus, select) => ({
      bus,
      select,
      transfer(bytes) {
        done.push({ write: bytes.length, read: bytes.length });
        return converter.exchange(Uint8Array.from(bytes));
      },
    }),
  };
  const task = createTask(hardware as Hardware, plan, () => clock.now());
  const stretches = (steps: (waiter: Waiter) => TaskSteps<unknown>): Stretch[] => {
    const found: Stretch[] = [];
    let waitUs = 0;
    const end = () => {
      found.push({ waitUs, transfers: done });
      done = [];
    };
    const sleep = function* (ms: number) {
      end();
      waitUs = Math.round(ms * 1000);
      clock.advanceUs(waitUs);
    };
    for (const _ of steps({ nowUs: () => clock.now(), sleep } as unknown as Waiter))
      throw new Error("waits for something else than time");
    end();
    return found;
  };
  return { plan, task, stretches };
}

const wire: Change = ["w1", { line: "GPIO4" }];
const pond = (bits: number): Change => [
  "devices.pond",
  { driver: "ds18b20", sensor: "28-000000000001", every: "5s", hardDeadline: "5s", settings: { bits } },
];
const tank: Change = [
  "devices.tank",
  { driver: "mcp3008", bus: "spi0", chipSelect: 0, every: "1s", settings: { channel: 2 } },
];

for (const bits of [9, 10, 11, 12]) {
  spec(`a thermometer of ${bits} bits transfers and waits as it declares`, () => {
    const { plan, task, stretches } = bench("pond", wire, pond(bits));
    const { cost, costFor } = driverNamed("ds18b20");
    const { start, sample } = costFor!(plan.settings);
    assert.equal(
      stretches((waiter) => task.start(waiter)),
      start,
    );
    for (let job = 0; job < 3; job++)
      assert.equal(
        stretches((waiter) => task.sample(waiter)),
        sample,
      );
    assert.ok(cost.sample!.at(-1)!.waitUs >= sample!.at(-1)!.waitUs, "the declared cost is the most");
  });
}

spec("a converter transfers as it declares", () => {
  const { task, stretches } = bench("tank", ["spi", { spi0: { speed: "1MHz" } }], tank);
  const { start, sample } = driverNamed("mcp3008").cost;
  assert.equal(start, []);
  assert.equal(
    stretches((waiter) => task.start(waiter)),
    [{ waitUs: 0, transfers: [] }],
  );
  assert.equal(
    stretches((waiter) => task.sample(waiter)),
    sample,
  );
});
