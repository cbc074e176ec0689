/** What the catalogue declares against what the drivers do: every transfer on the wire to the emulated chip is counted. */
import * as assert from "uvu/assert";
import { driverNamed } from "../../devices/catalogue.ts";
import { Ads1115Chip } from "../../devices/chips/ads1115.ts";
import { Bh1750Chip } from "../../devices/chips/bh1750.ts";
import { Bme280Chip } from "../../devices/chips/bme280.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { DeviceTask, TaskSteps } from "../../devices/handler/task.ts";
import { longestJob, type Stretch, type TransferSize } from "../../devices/job-cost.ts";
import { createTask } from "../../devices/tasks/task-catalogue.ts";
import type { I2cChip } from "../../firmware/contracts/chip.ts";
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { transferUs } from "../../firmware/transfer-time.ts";
import { demoPlan } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";
import { WiredChip } from "./wired-chip.ts";

type ChipMaker = new (clock: HandClock) => I2cChip;

/** A device of the demo over its chip; `stretches` runs steps and says what they did. */
class Bench {
  readonly #clock = new HandClock();
  readonly #wire: WiredChip;
  readonly task: DeviceTask;

  constructor(plan: DevicePlan, Chip: ChipMaker) {
    this.#wire = new WiredChip(new Chip(this.#clock), plan.chip!.address);
    const hardware = { i2c: () => this.#wire } as Partial<Hardware> as Hardware;
    this.task = createTask(hardware, plan, () => this.#clock.now());
  }

  stretches(steps: (waiter: Parameters<DeviceTask["start"]>[0]) => TaskSteps<unknown>): Stretch[] {
    const done: Stretch[] = [];
    let waitUs = 0;
    const end = () => done.push({ waitUs, transfers: transfersOf(this.#wire.takeLog()) });
    const clock = this.#clock;
    const sleep = function* (ms: number) {
      end();
      waitUs = Math.round(ms * 1000);
      clock.advanceUs(waitUs);
    };
    const waiter = { nowUs: () => clock.now(), sleep } as unknown as Parameters<DeviceTask["start"]>[0];
    for (const _ of steps(waiter)) throw new Error("waits for something else than time");
    end();
    return done;
  }
}

/** Halves of the wire log to transfers: a read right after a write is one transfer with it. */
function transfersOf(log: readonly string[]): TransferSize[] {
  const transfers: { write: number; read: number }[] = [];
  for (const half of log) {
    const [, direction, ...bytes] = half.split(" ");
    const last = transfers.at(-1);
    if (direction === "w") transfers.push({ write: bytes.length, read: 0 });
    else if (last !== undefined && last.read === 0) last.read = bytes.length;
    else transfers.push({ write: 0, read: bytes.length });
  }
  return transfers;
}

for (const [id, Chip] of [
  ["climate", Bme280Chip],
  ["soil", Ads1115Chip],
  ["light", Bh1750Chip],
] as const) {
  const plan = demoPlan(id);

  spec(`${plan.driver} transfers and waits as it declares, at its start and at each job`, () => {
    const { start, sample } = driverNamed(plan.driver).cost;
    const bench = new Bench(plan, Chip);
    assert.equal(
      bench.stretches((waiter) => bench.task.start(waiter)),
      start,
    );
    for (let job = 0; job < 3; job++)
      assert.equal(
        bench.stretches((waiter) => bench.task.sample(waiter)),
        sample,
      );
  });
}

spec("the longest job begins with the start, joined where the chip needs no time between", () => {
  const { cost } = driverNamed("ads1115");
  assert.equal(longestJob(cost), [
    {
      waitUs: 0,
      transfers: [
        { write: 3, read: 0 },
        { write: 1, read: 2 },
        { write: 3, read: 0 },
      ],
    },
    {
      waitUs: 8791,
      transfers: [
        { write: 1, read: 2 },
        { write: 1, read: 2 },
      ],
    },
  ]);
  assert.equal(longestJob({ budgetUs: 1 }), []);
});

spec("a transfer takes nine bits a byte, its addresses, starts, stop and the bus free time", () => {
  // By hand: w 1 r 8 is start, address, 1 byte, start, address, 8 bytes, stop, free: 1 + 9 + 9 + 1 + 9 + 72 + 1 + 1.
  assert.is(transferUs({ write: 1, read: 8 }, 100_000), 1030);
  assert.is(transferUs({ write: 1, read: 8 }, 400_000), 258);
  assert.is(transferUs({ write: 4, read: 0 }, 100_000), 480);
  assert.is(transferUs({ write: 0, read: 2 }, 100_000), 300);
});
