/** The old interface through onoff, against the kernel's own simulator. */
import { existsSync } from "node:fs";
import { equal, is, ok, throws } from "uvu/assert";
import type { HardwarePlan, InputPlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { SysfsLines } from "../../firmware/linux/sysfs-lines.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { header, off, plan } from "./fixtures/plain-lines.ts";
import type { SimHeader } from "./fixtures/sim-header.ts";

function open(t: SpecContext, sim: SimHeader, wanted: HardwarePlan): SysfsLines {
  const lines = SysfsLines.open(wanted, sim.places, localFiles(), () => performance.now() * 1000);
  t.defer(() => lines.close());
  return lines;
}

function base(): number {
  return sysfsChip(localFiles(), "pinctrl-bcm2835")!.base;
}

spec("numbers count from the chip's base, which is looked up by its label", (t) => {
  const sim = header(t);
  ok(base() > 0, `${base()}`);
  const lines = open(t, sim, plan(["GPIO17"]));
  is(lines.drive(0, 1), 1);
  is(sim.level("GPIO17"), 1);
  ok(existsSync(`/sys/class/gpio/gpio${base() + 17}`));
});

spec("a line that is driven is taken over at its level: the kernel sees no other", (t) => {
  const sim = header(t);
  sim.pull("GPIO17", 1);
  const chip = GpioChip.find("pinctrl-bcm2835")!;
  t.defer(() => chip.close());
  chip.request([17], "before", { direction: "output", levels: [1] }).close();
  const trace = gpioTrace(t, base());
  const lines = open(t, sim, plan(["GPIO17", "GPIO27"]));
  equal(lines.found, [
    { driven: true, level: 1 },
    { driven: false, level: 0 },
  ]);
  equal(trace(), [], "looking at lines changes nothing");
  is(lines.drive(0, 1), 1);
  for (const record of trace()) ok(["17 set 1", "17 out"].includes(record), record);
});

spec("outputs outlive the guardian at their level, and the next one finds them so", (t) => {
  const sim = header(t);
  const first = SysfsLines.open(plan(["GPIO17"]), sim.places, localFiles(), () => 0);
  is(first.drive(0, 1), 1);
  first.close();
  is(sim.level("GPIO17"), 1);
  const second = open(t, sim, plan(["GPIO17"]));
  equal(second.found, [{ driven: true, level: 1 }]);
  second.drive(0, 0);
  second.free(0);
  is(second.sense(0), 0);
});

spec("a bias is refused with what helps instead", (t) => {
  const sim = header(t);
  const inputs: InputPlan[] = [{ line: "GPIO5", activeLow: false, bias: "pull-up" }];
  const why =
    'GPIO5: sysfs cannot set a bias (pull-up); use backend "chardev", or bias "none" and a resistor';
  throws(
    () => open(t, sim, plan([], inputs)),
    (error: Error) => error.message === why,
  );
});

spec("an open drain is refused with what helps instead", (t) => {
  const sim = header(t);
  const outputs: OutputPlan[] = [{ ...off, line: "GPIO17", drive: "open-drain" }];
  throws(
    () => open(t, sim, { outputs, inputs: [], buses: [] }),
    (error: Error) =>
      error.message === 'GPIO17: sysfs cannot drive open-drain; use backend "chardev", or push-pull',
  );
});

spec("a line in use, and somebody who may not use it, are told what helps", (t) => {
  const sim = header(t);
  const chip = GpioChip.find("pinctrl-bcm2835")!;
  t.defer(() => chip.close());
  const other = chip.request([17], "other", { direction: "input" });
  throws(
    () => open(t, sim, plan(["GPIO17"])),
    (error: Error) => error.message.startsWith("GPIO17: in use by somebody else; end that program"),
  );
  other.close();
  t.defer(() => process.seteuid!(0));
  process.seteuid!(65534);
  throws(
    () => open(t, sim, plan(["GPIO17"])),
    (error: Error) =>
      error.message.startsWith("GPIO17: no right to /sys/class/gpio; the user must be in the group"),
  );
});

spec("of edges that come too fast the last is told and the rest counted", async (t) => {
  const sim = header(t);
  sim.pull("GPIO5", 0);
  const lines = open(t, sim, plan([], [{ line: "GPIO5", activeLow: false, bias: "none" }]));
  const heard: string[] = [];
  lines.attach({
    edge: (line, level) => heard.push(`${line} ${level}`),
    edgesLost: (_, n) => heard.push(`lost ${n}`),
  });
  const hears = async (...expected: readonly string[]) => {
    await until(`${expected} is heard`, () => heard.length >= expected.length);
    await quietFor(100);
    equal(heard, expected);
  };
  await hears();
  sim.pull("GPIO5", 1);
  sim.pull("GPIO5", 0);
  await hears("lost 2");
  sim.pull("GPIO5", 1);
  await hears("lost 2", "0 1");
});
