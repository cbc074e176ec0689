/** What doctor and scan see on a real kernel, whose chips the test plugs and pulls from the other side. */
import { writeFileSync } from "node:fs";
import { equal, is, ok, throws } from "uvu/assert";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { surveyGpio } from "../../firmware/linux/gpio-survey.ts";
import { scanI2cBus } from "../../firmware/linux/i2c-scan.ts";
import { clockSynchronised } from "../../firmware/linux/system-calls.ts";
import { holdfast } from "../end-to-end/command-line.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { deviceTree } from "./fixtures/device-tree.ts";
import { i2cSim } from "./fixtures/i2c-sim.ts";
import { realBoard, writeBoard } from "./fixtures/real-board.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

function header(t: SpecContext): SimHeader {
  i2cSim.reset();
  t.defer(() => i2cSim.reset());
  const header = new SimHeader();
  t.defer(() => header.close());
  return header;
}

/** A driver of the kernel that does nothing but hold an address. */
function holdAddress(t: SpecContext, bus: string, address: string): void {
  const folder = `/sys/class/i2c-dev/${bus}/device`;
  writeFileSync(`${folder}/new_device`, `dummy ${address}`);
  t.defer(() => writeFileSync(`${folder}/delete_device`, address));
}

spec("a scan finds the chips that are there, by either way to ask, and changes nothing in them", (t) => {
  i2cSim.reset();
  equal(scanI2cBus("i2c-1"), { answered: [0x18, 0x48, 0x76], held: [] });
  i2cSim.unplugged(0x48);
  t.defer(() => i2cSim.reset());
  equal(scanI2cBus("i2c-1").answered, [0x18, 0x76]);
  // SMBus only: 0x20 by a write of nothing, 0x50 by a read.
  equal(scanI2cBus("i2c-0"), { answered: [0x20, 0x50], held: [] });
});

spec("an address that a kernel driver holds is not asked", (t) => {
  i2cSim.reset();
  holdAddress(t, "i2c-1", "0x48");
  const before = i2cSim.counted().transfers;
  equal(scanI2cBus("i2c-1"), { answered: [0x18, 0x76], held: [0x48] });
  is(i2cSim.counted().transfers - before, 0x77 - 0x08, "one transfer for each of the others");
});

spec("a stuck bus is told after the first address, which takes its second", (t) => {
  i2cSim.reset();
  i2cSim.fault(110); // ETIMEDOUT
  t.defer(() => i2cSim.reset());
  const before = i2cSim.counted().transfers;
  throws(() => scanI2cBus("i2c-1"), /nothing moves on it \(ETIMEDOUT\)/);
  is(i2cSim.counted().transfers - before, 1);
  throws(() => scanI2cBus("i2c-9"), /no such bus: "dtparam=i2c_arm=on"/);
});

spec("chips and who has their lines are seen without touching them", (t) => {
  header(t);
  const chip = GpioChip.find("pinctrl-bcm2835")!;
  t.defer(() => chip.close());
  const request = chip.request([17], "somebody", { direction: "output", levels: [1] });
  t.defer(() => request.close());
  const found = surveyGpio().find(({ path }) => path === chip.path);
  equal(found, {
    path: chip.path,
    label: "pinctrl-bcm2835",
    lines: 54,
    used: [{ offset: 17, name: "GPIO17", consumer: "somebody" }],
  });
});

spec("a machine without NTP knows that nobody keeps its clock", () => {
  is(clockSynchronised(), false);
});

spec(
  "doctor compares a real machine with a configuration: what is there, what is not, who is in the way",
  async (t) => {
    header(t);
    i2cSim.unplugged(0x76);
    const chip = GpioChip.find("pinctrl-bcm2835")!;
    t.defer(() => chip.close());
    const request = chip.request([17], "somebody", { direction: "input" });
    t.defer(() => request.close());
    const env = { HOLDFAST_DEVICE_TREE: deviceTree(t, { i2c1: "okay" }) };
    const { code, out, err } = await holdfast(
      t,
      ["doctor", "--json", "--config", writeBoard(t, realBoard())],
      env,
    );
    const findings = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const told = (id: string) => findings.filter((finding) => finding.id === id);
    is(code, 1, err);
    is(told("board.model")[0]?.what, "Raspberry Pi 3 Model B Rev 1.2: its header is on pinctrl-bcm2835");
    ok(
      told("lines.chip").some(({ what }) => what === "pinctrl-bcm2835: 54 lines, in use: GPIO17 by somebody"),
      out,
    );
    equal(
      told("lines.busy").map(({ what }) => what),
      ['heater: GPIO17 (pin 11) is in use by "somebody"'],
    );
    equal(
      told("buses.chip").map(({ verdict, what }) => `${verdict} ${what}`),
      ["problem climate: no bme280 answers at 0x76 of i2c-1", "ok soil: something answers at 0x48 of i2c-1"],
    );
    equal(
      told("configuration.hardware").map(({ verdict }) => verdict),
      ["ok"],
    );
    is(told("time.priority")[0]?.verdict, "ok", "root");
    is(told("clock.set")[0]?.verdict, "advice");
  },
);

spec("scan prints who is there, and leaves a bus alone that somebody has open", async (t) => {
  header(t);
  const { code, out } = await holdfast(t, ["scan", "--json"]);
  equal([code, JSON.parse(out)], [0, { bus: "i2c-1", answered: ["0x18", "0x48", "0x76"], held: [] }]);
  const { open } = await import("node:fs/promises");
  const file = await open("/dev/i2c-1");
  t.defer(() => file.close());
  const refused = await holdfast(t, ["scan"]);
  is(refused.code, 3);
  ok(refused.err.includes(`(process ${process.pid}) has i2c-1 open`), refused.err);
});
