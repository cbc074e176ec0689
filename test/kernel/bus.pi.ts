/** I2C on an emulated Raspberry Pi 3: the real driver of its chip (i2c-bcm2835), and a TMP105 that the outside heats. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is } from "uvu/assert";
import { textFile } from "../../firmware/board/text-file.ts";
import { CombinedTransfer } from "../../firmware/linux/i2c-combined.ts";
import { busStatus } from "../../firmware/linux/i2c-errno.ts";
import { scanI2cBus } from "../../firmware/linux/i2c-scan.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

const SENSOR = 0x48;
/** Texas Instruments SBOS319: register 0 holds the temperature, left-justified, 1/256 degree C a unit. */
const TEMPERATURE = 0;
const LOOK_EVERY_MS = 100;

/** The header's bus by its place in the device tree: Debian's kernel numbers buses as they come. */
function headerBus(t: SpecContext): string {
  if (!readFileSync("/proc/cmdline", "utf8").includes("tmp105"))
    t.skip("this QEMU has no I2C on a Raspberry Pi");
  const files = localFiles();
  const buses = files.list("/sys/class/i2c-dev");
  const bus = buses.find((name) =>
    textFile(files, `/sys/class/i2c-dev/${name}/name`)?.includes("i2c@7e804000"),
  );
  if (bus === undefined) throw new Error(`no bus at 7e804000 among ${buses.join(", ")}`);
  return bus;
}

/** Writes a register's number and reads two bytes with a repeated start; the driver's error number, 0 when done. */
function readRegister(t: SpecContext, address: number): () => Promise<{ errno: number; bytes: Buffer }> {
  const fd = openSync(`/dev/${headerBus(t)}`, "r+");
  t.defer(() => closeSync(fd));
  const [write, bytes] = [Buffer.of(TEMPERATURE), Buffer.alloc(2)];
  const combined = new CombinedTransfer(write, bytes);
  return () =>
    new Promise((done) =>
      combined.start(fd, address, 1, 2, (errno) => done({ errno: Math.abs(errno), bytes })),
    );
}

spec("a scan through the chip's own driver finds who is there, and nobody else", (t) => {
  equal(scanI2cBus(headerBus(t)), { answered: [SENSOR], held: [] });
});

spec("a transfer with a repeated start brings what the sensor measures, also below zero", async (t) => {
  const read = readRegister(t, SENSOR);
  for (const milliC of [21_500, -7000, 99_000]) {
    console.log(`\nPI TEMPERATURE ${milliC}`);
    for (let seen = Number.NaN; seen !== milliC; await sleep(LOOK_EVERY_MS)) {
      const { errno, bytes } = await read();
      is(errno, 0);
      seen = (bytes.readInt16BE() * 1000) / 256;
    }
  }
});

spec("an absent chip is an address that nobody acknowledged, by the driver's own error number", async (t) => {
  const { errno } = await readRegister(t, SENSOR + 1)();
  is(busStatus(errno), "address_nak", `error number ${errno}`);
});
