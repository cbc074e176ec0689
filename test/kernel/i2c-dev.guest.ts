/** Buses through /dev/i2c-N, against the guest's own adapter (plain I2C) and the kernel's i2c-stub (SMBus). */
import { renameSync } from "node:fs";
import { constants } from "node:os";
import { equal, is, ok } from "uvu/assert";
import { textFile } from "../../firmware/board/text-file.ts";
import type { BusStatus } from "../../firmware/contracts/backend.ts";
import { I2cDevBus } from "../../firmware/linux/i2c-dev-bus.ts";
import { KeptBus } from "../../firmware/linux/kept-bus.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { i2cSim } from "./fixtures/i2c-sim.ts";

const EREMOTEIO = 121;
const { EAGAIN, EIO, ENXIO, ETIMEDOUT } = constants.errno;
const CHIP = 0x18;
/** Beyond the limit of a test: such a transfer ends when the test lets it. */
const HUNG_MS = 1_000_000;

async function open(t: SpecContext, name = "i2c-1"): Promise<I2cDevBus> {
  i2cSim.reset();
  const bus = await I2cDevBus.open({ bus: name, hz: 400_000 });
  t.defer(() => bus.close());
  return bus;
}

/** The bus whose adapter is i2c-stub, whatever number it got. */
function stub(): string {
  const folder = "/sys/class/i2c-dev";
  return localFiles()
    .list(folder)
    .find((bus) => textFile(localFiles(), `${folder}/${bus}/name`)?.includes("stub"))!;
}

function transfer(
  bus: I2cDevBus,
  address: number,
  write: number[],
  read: number,
): Promise<BusStatus | number[]> {
  return new Promise((resolve) =>
    bus.transfer(address, Uint8Array.from(write), read, (status, bytes, length) =>
      resolve(status === "ok" ? [...bytes.subarray(0, length)] : status),
    ),
  );
}

spec("a write and a read with a repeated start are one transfer of two messages", async (t) => {
  const bus = await open(t);
  equal(await transfer(bus, CHIP, [3, 0x12, 0x34], 0), []);
  const before = i2cSim.counted();
  equal(await transfer(bus, CHIP, [3], 2), [0x12, 0x34]);
  const after = i2cSim.counted();
  equal([after.transfers - before.transfers, after.messages - before.messages], [1, 2]);
});

spec("256 bytes go either way at once", async (t) => {
  const bus = await open(t);
  const pairs = Array.from({ length: 128 }, (_, index) => [index, (index * 7) & 0xff]).flat();
  equal(await transfer(bus, 0x76, pairs, 0), []);
  const registers = [...Array.from({ length: 128 }, (_, index) => (index * 7) & 0xff), ...Array(128).fill(0)];
  equal(await transfer(bus, 0x76, [0], 256), registers);
  equal(await transfer(bus, 0x76, [], 3), [0, 7, 14], "the pointer went round");
});

for (const [errno, status] of [
  [ENXIO, "address_nak"],
  [EREMOTEIO, "address_nak"],
  [EIO, "data_nak"],
  [EAGAIN, "arbitration_lost"],
  [ETIMEDOUT, "bus_stuck"],
] as const) {
  spec(`error ${errno} of the driver is ${status}, whichever way the transfer goes`, async (t) => {
    const bus = await open(t);
    t.defer(() => i2cSim.reset());
    i2cSim.fault(errno);
    is(await transfer(bus, CHIP, [1, 2], 0), status, "write");
    is(await transfer(bus, CHIP, [], 2), status, "read");
    is(await transfer(bus, CHIP, [1], 2), status, "both");
  });
}

spec("a bus that hangs stops neither the event loop nor another bus", async (t) => {
  const bus = await open(t);
  const other = await open(t, stub());
  t.defer(() => i2cSim.reset());
  i2cSim.delayMs(HUNG_MS);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  t.defer(() => clearInterval(timer));
  const order: string[] = [];
  const slow = transfer(bus, 0x19, [1], 1).then((status) => order.push(`slow ${status}`));
  equal(await transfer(other, 0x20, [7, 0xa5], 0), []);
  order.push(`other ${await transfer(other, 0x20, [7], 1)}`);
  order.push(`other ${await transfer(other, 0x21, [7], 1)}`);
  await until("the loop goes round", () => ticks >= 3);
  equal(order, ["other 165", "other address_nak"]);
  i2cSim.delayMs(0);
  await slow;
  is(order[2], "slow address_nak");
});

spec("an adapter that knows SMBus only is given what of it means the same", async (t) => {
  const bus = await open(t, stub());
  equal(await transfer(bus, 0x50, [0x10, 1, 2, 3, 4], 0), []);
  equal(await transfer(bus, 0x50, [0x10], 4), [1, 2, 3, 4]);
  equal(await transfer(bus, 0x50, [0x12], 0), [], "a command alone");
  equal(await transfer(bus, 0x50, [], 1), [3], "a byte from where that stands");
  is(await transfer(bus, 0x51, [0x10], 1), "address_nak");
  is(await transfer(bus, 0x50, [], 2), "refused");
  is(await transfer(bus, 0x50, [0x10], 33), "refused");
});

spec("a bus that works again says so", async (t) => {
  const bus = await open(t);
  const works = () => new Promise((resolve) => bus.recover(resolve));
  i2cSim.fault(ETIMEDOUT);
  is(await transfer(bus, CHIP, [1], 1), "bus_stuck");
  is(await works(), false);
  i2cSim.fault(0);
  is(await works(), true);
});

spec("a bus that is not there is named with what turns it on", async () => {
  await rejects(
    I2cDevBus.open({ bus: "i2c-9", hz: 400_000 }),
    /^i2c-9: no such bus: "dtparam=i2c_arm=on" in \/boot\/firmware\/config.txt/,
  );
});

spec(
  "a bus that is away keeps nobody from anything: it times out, is reported once, and works when it comes",
  async (t) => {
    i2cSim.reset();
    renameSync("/dev/i2c-1", "/dev/away");
    const reports: string[] = [];
    const bus = new KeptBus({ bus: "i2c-1", hz: 400_000 }, undefined, (why) => reports.push(why));
    t.defer(() => bus.close());
    const status = () =>
      new Promise((resolve) => bus.transfer(CHIP, Uint8Array.of(1), 1, (status) => resolve(status)));
    equal([await status(), await status()], ["timeout", "timeout"]);
    renameSync("/dev/away", "/dev/i2c-1");
    is(await status(), "ok");
    equal(
      reports.map((why) => why.slice(0, 18)),
      ["i2c-1: no such bus"],
    );
  },
);

async function rejects(promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  const message = await promise.then(
    () => "no error",
    (error: Error) => error.message,
  );
  ok(pattern.test(message), message);
}
