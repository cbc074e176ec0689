/** 1-wire through the kernel's w1_therm, against a simulated bus with two sensors that are spoken to bit by bit. */
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { equal, is } from "uvu/assert";
import { checksum, decodeTemperatureC } from "../../devices/drivers/ds18b20.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { W1Bus } from "../../firmware/linux/w1-bus.ts";
import { w1Files } from "../../firmware/linux/w1-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

const PARAMETERS = "/sys/module/w1_sim/parameters";
const ONE = "28-000000000001";
const TWO = "28-000000000002";

function set(name: string, value: string): void {
  writeFileSync(`${PARAMETERS}/${name}`, value);
}

async function bench(t: SpecContext) {
  set("sixteenths", "337,-162"); // 21.0625 and -10.125 degrees
  set("unplugged", "0");
  set("flips", "0");
  // The kernel looks for devices when the bus comes up, and then every ten seconds.
  const found = () => localFiles().list("/sys/bus/w1/devices");
  await until(`no sensors: ${found()}`, () => found().includes(ONE) && found().includes(TWO), 60_000);
  const plan = { bus: "w1", hz: 16_000, w1: { line: "GPIO4", devices: [ONE, TWO] } };
  const bus = new W1Bus(plan, w1Files);
  t.defer(() => bus.close());
  const transfer = (place: number, write: readonly number[], reads = 0) => {
    let answer: { status: string; bytes: Uint8Array } | undefined;
    bus.transfer(place, Uint8Array.from(write), reads, (status, bytes, length) => {
      answer = { status, bytes: bytes.slice(0, length) };
    });
    return answer!;
  };
  const convert = (place: number) => transfer(place, [0x44]).status;
  const read = (place: number) => transfer(place, [0xbe], 9);
  /** The next scratchpad. */
  const result = async (place: number) => {
    await until("no result", () => read(place).bytes.length > 0 || read(place).status !== "ok", 60_000);
    return read(place);
  };
  return { transfer, convert, read, result };
}

const temperatureC = ({ bytes }: { bytes: Uint8Array }) =>
  decodeTemperatureC(bytes[0]! | (bytes[1]! << 8), 12);
const isRight = ({ bytes }: { bytes: Uint8Array }) => checksum(bytes.subarray(0, 8)) === bytes[8];

function conversions(): number[] {
  return readFileSync(`${PARAMETERS}/conversions`, "utf8").trim().split(",").map(Number);
}

spec("both sensors are converted in one go, and nobody waits for it", async (t) => {
  const { convert, read, result } = await bench(t);
  convert(0); // a round by itself, so that the next ones are together
  await result(0);
  const before = conversions();
  equal([convert(0), convert(1), convert(0)], ["ok", "ok", "ok"]);
  const nothing = { status: "ok", bytes: new Uint8Array(0) };
  equal(read(1), nothing);
  await new Promise(setImmediate);
  equal(read(1), nothing, "the loop goes round while the kernel sleeps");
  const [one, two] = [await result(0), await result(1)];
  equal([temperatureC(one), temperatureC(two)], [21.0625, -10.125]);
  equal([isRight(one), isRight(two)], [true, true]);
  const [first, second] = conversions().map((count, index) => count - before[index]!);
  equal([first, second], [2, 1], "one for the first alone, then one for both");
});

spec("the resolution is the sensor's, and shortens the conversion", async (t) => {
  const { transfer, convert, result } = await bench(t);
  t.defer(async () => {
    transfer(0, [0x4e, 0x4b, 0x46, 0x7f]);
    convert(0);
    await result(0);
  });
  transfer(0, [0x4e, 0x4b, 0x46, 0x1f]);
  convert(0);
  const answer = await result(0);
  is(answer.bytes[4], 0x1f);
  is(temperatureC(answer), 21);
});

spec(
  "noise is tried again by the kernel, and told when it stays: never as the last good value",
  async (t) => {
    const { convert, result } = await bench(t);
    t.defer(() => set("flips", "0"));
    set("flips", "2");
    convert(0);
    const good = await result(0);
    equal([isRight(good), temperatureC(good)], [true, 21.0625]);
    set("flips", "50"); // it tries five times, and gives nothing then
    convert(0);
    equal(await result(0), { status: "address_nak", bytes: new Uint8Array(0) });
  },
);

spec("a sensor whose plug is pulled is absent, and back when it is plugged in", async (t) => {
  const { convert, result } = await bench(t);
  t.defer(() => set("unplugged", "0"));
  set("unplugged", "2");
  convert(1);
  is((await result(1)).status, "address_nak");
  convert(0);
  is(temperatureC(await result(0)), 21.0625, "the other one on the wire");
  set("unplugged", "0");
  // The kernel may have taken it off its list meanwhile.
  for (let tries = 0; tries < 200; tries++) {
    convert(1);
    const back = await result(1);
    if (back.status === "ok" && temperatureC(back) === -10.125) return;
    await sleep(100);
  }
  throw new Error("it did not come back");
});

spec("an empty bus has absent sensors", async (t) => {
  const { convert, result } = await bench(t);
  t.defer(() => set("unplugged", "0"));
  set("unplugged", "3");
  convert(0);
  is((await result(0)).status, "address_nak");
});
