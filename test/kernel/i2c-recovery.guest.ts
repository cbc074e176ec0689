/** A bus that is held, on a real kernel: limits of the adapter, its driver taken away, nine clocks, and back. */
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { equal, is, match, ok } from "uvu/assert";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import { adapterUnits } from "../../firmware/linux/adapter-limits.ts";
import { KeptBus } from "../../firmware/linux/kept-bus.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { i2cSim } from "./fixtures/i2c-sim.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

const { ETIMEDOUT } = constants.errno;
const CHIP = 0x18;
const plan: BusPlan = { bus: "i2c-1", hz: 400_000, longestUs: 663 };

function bench(t: SpecContext, wanted = plan) {
  i2cSim.reset();
  const header = new SimHeader();
  t.defer(() => header.close());
  const { GPIO2: sda, GPIO3: scl } = header.places;
  const bus = new KeptBus(wanted, { sda: sda!, scl: scl! }, (why) => console.log(why));
  t.defer(() => i2cSim.reset());
  t.defer(() => bus.close());
  const status = () =>
    new Promise((resolve) => bus.transfer(CHIP, Uint8Array.of(1), 1, (status) => resolve(status)));
  const recovered = () =>
    new Promise<{ works: boolean; why?: string | undefined }>((resolve) =>
      bus.recover((works, why) => resolve({ works, why })),
    );
  return { header, status, recovered };
}

spec(
  "the adapter gives a transfer up after twice the longest that was admitted, and repeats nothing",
  async (t) => {
    const { status } = bench(t);
    is(await status(), "ok");
    equal(i2cSim.limits(), { timeoutMs: 20, retries: 0 });
  },
);

spec("a slow bus with long transfers has more time", async (t) => {
  const slow = { bus: "i2c-1", hz: 10_000 };
  const { status } = bench(t, slow);
  is(await status(), "ok");
  const { timeoutMs } = i2cSim.limits();
  is(adapterUnits(slow), 93, "256 bytes each way take 463 ms at 10 kHz");
  ok(timeoutMs >= 930 && timeoutMs < 935, `${timeoutMs} ms: the kernel counts in ticks of 4 ms`);
});

spec("a held bus gets nine clocks and a stop over its own lines, and its driver back", async (t) => {
  const { header, status, recovered } = bench(t);
  is(await status(), "ok");
  const changes = gpioTrace(t, sysfsChip(localFiles(), header.chip.label)!.base);
  i2cSim.rebindFrees();
  i2cSim.fault(ETIMEDOUT);
  is(await status(), "bus_stuck");
  equal(await recovered(), { works: true, why: undefined });
  is(await status(), "ok");
  const clock = changes().filter((change) => /^3 (in|set 0|out)/.test(change));
  ok(clock.length >= 20, `SCL goes low and high nine times, and once for the stop: ${clock.join(", ")}`);
  equal([header.level("GPIO2"), header.level("GPIO3")], [1, 1], "let go: the pulls of the header have them");
});

spec("a bus that nine clocks do not free says so, and is open again", async (t) => {
  const { status, recovered } = bench(t);
  is(await status(), "ok");
  i2cSim.fault(ETIMEDOUT);
  is(await status(), "bus_stuck");
  equal(await recovered(), { works: false, why: undefined });
  i2cSim.fault(0);
  is(await status(), "ok");
});

spec("a bus that another program has open keeps its driver, and the reason is told", async (t) => {
  const { status, recovered } = bench(t);
  is(await status(), "ok");
  const other = openSync("/dev/i2c-1", "r+");
  i2cSim.fault(ETIMEDOUT);
  is(await status(), "bus_stuck");
  const { works, why = "" } = await recovered();
  is(works, false);
  match(why, /another program has the bus open/);
  closeSync(other);
  i2cSim.fault(0);
  await until("bound again once the other has let go", async () => (await status()) === "ok");
});
