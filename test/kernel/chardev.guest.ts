/** The GPIO character device: what the contract suite does not see, against the kernel's own simulator. */
import { readFileSync } from "node:fs";
import { equal, is, ok, throws } from "uvu/assert";
import type { HardwarePlan, InputPlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { ChardevLines } from "../../firmware/linux/chardev-lines.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import type { LineEvent } from "../../firmware/linux/gpio-uapi.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { change, tried } from "./fixtures/held-up.ts";
import { header, off, plan } from "./fixtures/plain-lines.ts";
import { SimChip } from "./fixtures/sim-chip.ts";
import type { SimHeader } from "./fixtures/sim-header.ts";

const clock = new SystemClock();

function open(t: SpecContext, sim: SimHeader, wanted: HardwarePlan): ChardevLines {
  const lines = ChardevLines.open(wanted, sim.places);
  t.defer(() => lines.close());
  return lines;
}

function chip(t: SpecContext, label = "pinctrl-bcm2835"): GpioChip {
  const found = GpioChip.find(label)!;
  t.defer(() => found.close());
  return found;
}

spec("a chip is found by its label, whatever number it got", (t) => {
  const other = new SimChip({ label: "expander", lines: 8, names: { 3: "ESTOP" } });
  t.defer(() => other.close());
  header(t);
  is(chip(t, "expander").info.lines, 8);
  is(chip(t, "pinctrl-bcm2835").info.lines, 54);
  is(chip(t, "expander").line(3).name, "ESTOP");
  is(GpioChip.find("pinctrl-rp1"), undefined);
});

spec("a line that is driven is taken over at its level: the kernel sees no other", (t) => {
  const sim = header(t);
  sim.pull("GPIO17", 1); // what gpio-sim gives back a line to when its owner dies
  const before = chip(t).request([17], "before", { direction: "output", levels: [1] });
  before.close();
  const trace = gpioTrace(t, sysfsChip(localFiles(), "pinctrl-bcm2835")!.base);
  const lines = open(t, sim, plan(["GPIO17", "GPIO27"]));
  equal(lines.found, [
    { driven: true, level: 1 },
    { driven: false, level: 0 },
  ]);
  equal(trace(), [], "looking at lines changes nothing");
  is(lines.drive(0, 1), 1);
  equal(trace(), ["17 set 1", "17 out"], "nothing else happened");
});

spec("an output comes up at its level, and freed it is an input that its pull holds", (t) => {
  const sim = header(t);
  const lines = open(t, sim, plan(["GPIO6", "GPIO17"]));
  is(lines.sense(0), 1, "pulled up after a reset");
  is(lines.drive(0, 0), 0);
  is(lines.drive(0, 1), 1);
  is(lines.drive(0, 0), 0);
  is(sim.level("GPIO6"), 0);
  lines.free(0);
  is(chip(t).line(6).direction, "input");
  is(lines.drive(0, 1), 1, "and an output again");
  is(sim.level("GPIO17"), 0, "its neighbour did not move");
});

spec("a line has one owner: a second request names who has it", (t) => {
  const sim = header(t);
  open(t, sim, plan(["GPIO17"]));
  is(chip(t).line(17).consumer, "holdfast");
  const why = 'GPIO17: in use by "holdfast"; end that program or overlay, or use another line';
  throws(
    () => ChardevLines.open(plan(["GPIO27", "GPIO17"]), sim.places),
    (error: Error) => error.message === why,
  );
  is(chip(t).line(27).used, false, "nothing is left requested");
});

spec("somebody who may not use the chip is told which group may", (t) => {
  const sim = header(t);
  t.defer(() => process.seteuid!(0));
  process.seteuid!(65534);
  const why = /^GPIO17: no right to \/dev\/gpiochip\*; the user must be in the group gpio/;
  throws(
    () => ChardevLines.open(plan(["GPIO17"]), sim.places),
    (error: Error) => why.test(error.message),
  );
});

spec("a place that is none is named", (t) => {
  const sim = header(t);
  const at = (places: Record<string, { chip: string; offset: number }>) => () =>
    ChardevLines.open(plan(["GPIO17"]), places);
  throws(
    at({ GPIO17: { chip: "pinctrl-rp1", offset: 17 } }),
    /GPIO17: no GPIO chip is labelled "pinctrl-rp1"/,
  );
  throws(at({ GPIO17: { chip: sim.chip.label, offset: 54 } }), /has 54 lines, there is no number 54/);
  throws(at({}), /this board has no such line/);
});

spec("a line's descriptor closes on exec", (t) => {
  header(t);
  const request = chip(t).request([4], "test", { direction: "input" });
  t.defer(() => request.close());
  const [, flags = ""] =
    /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${request.fd}`, "utf8")) ?? [];
  ok((Number.parseInt(flags, 8) & 0o2000000) !== 0, flags);
});

spec("several lines are read and written at one moment", (t) => {
  const sim = header(t);
  const request = chip(t).request([20, 21, 26], "test", { direction: "output", levels: [1, 0, 1] });
  t.defer(() => request.close());
  equal(request.levels(), [1, 0, 1]);
  request.driveAll([0, 1, 1]);
  equal([sim.level("GPIO20"), sim.level("GPIO21"), sim.level("GPIO26")], [0, 1, 1]);
  request.drive(2, 0);
  equal(request.levels(), [0, 1, 0], "one of them alone");
  is(request.level(1), 1);
});

spec("an open-drain output is driven low or let go", (t) => {
  header(t);
  const trace = gpioTrace(t, sysfsChip(localFiles(), "pinctrl-bcm2835")!.base);
  const config = { direction: "output", drive: "open-drain" } as const;
  const request = chip(t).request([22], "test", { ...config, levels: [0] });
  t.defer(() => request.close());
  request.drive(0, 1);
  request.drive(0, 0);
  request.drive(0, 1);
  const directions = trace().filter((record) => !record.includes("set"));
  equal(directions, ["22 out", "22 in", "22 out", "22 in"], "an input whenever it is high");
});

spec("an output with an open drain is never driven high, from its first level on", (t) => {
  const sim = header(t);
  sim.pull("GPIO22", 1);
  const trace = gpioTrace(t, sysfsChip(localFiles(), "pinctrl-bcm2835")!.base);
  const outputs: OutputPlan[] = [{ ...off, line: "GPIO22", drive: "open-drain" }];
  const lines = open(t, sim, { outputs, inputs: [], buses: [] });
  for (const level of [0, 1, 0]) lines.drive(0, level);
  const directions = trace().filter((record) => !record.includes("set"));
  equal(directions, ["22 out", "22 in", "22 out"], "an input whenever it is high");
});

spec("a bias holds an input that nobody drives", (t) => {
  const sim = header(t);
  const inputs: InputPlan[] = [
    { line: "GPIO23", activeLow: false, bias: "pull-up" },
    { line: "GPIO5", activeLow: false, bias: "pull-down" },
    { line: "GPIO6", activeLow: false, bias: "none" },
  ];
  const lines = open(t, sim, plan([], inputs));
  equal([lines.sense(0), lines.sense(1), lines.sense(2)], [1, 0, 1]);
});

spec("edges carry the kernel's time and arrive in their order", async (t) => {
  const sim = header(t);
  const lines = open(t, sim, plan([], [{ line: "GPIO23", activeLow: false, bias: "pull-up" }]));
  const edges: { level: number; atUs: number }[] = [];
  lines.attach({ edge: (_, level, atUs) => edges.push({ level, atUs }), edgesLost: () => {} });
  const startUs = clock.now();
  for (const [index, level] of ([0, 1, 0] as const).entries()) {
    sim.pull("GPIO23", level);
    await until("the edge", () => edges.length > index);
  }
  equal(
    edges.map(({ level }) => level),
    [0, 1, 0],
  );
  const times = [startUs, ...edges.map(({ atUs }) => atUs), clock.now()];
  equal(
    times,
    times.toSorted((a, b) => a - b),
    "between the start and now",
  );
});

spec("edges that came faster than they were read are counted as lost", async (t) => {
  const sim = header(t);
  const lines = open(t, sim, plan([], [{ line: "GPIO23", activeLow: false, bias: "none" }]));
  let heard = 0;
  let lost = 0;
  lines.attach({ edge: () => heard++, edgesLost: (_, count) => (lost += count) });
  await tried("64 edges that the kernel kept, and others lost", async () => {
    [heard, lost] = [0, 0];
    change(sim, "GPIO23", 200, 1);
    await until("edges", () => heard > 0);
    await quietFor(100);
    ok(heard + lost <= 200, `${heard} heard, ${lost} lost`);
    return heard === 64 && lost > 0 ? true : undefined;
  });
});

spec("the kernel filters a contact that bounces", async (t) => {
  const sim = header(t);
  const request = await tried("a contact that bounces for less than it has to rest", () => {
    sim.pull("GPIO23", 0);
    const debounced = { direction: "input", edges: "both", debounceUs: 50_000 } as const;
    const request = chip(t).request([23], "test", debounced);
    const startMs = performance.now();
    for (const level of [1, 0, 1, 0, 1] as const) sim.pull("GPIO23", level);
    if (performance.now() - startMs < 40) return request;
    request.close();
    return undefined;
  });
  t.defer(() => request.close());
  const events: LineEvent[] = [];
  request.readEvents((event) => events.push({ ...event }));
  await quietFor(200);
  equal(
    events.map(({ level, sequence }) => [level, sequence]),
    [[1, 1]],
    "one edge, the first of its request",
  );
});

spec("a chip that goes away is a line that reads nothing, not the end of the guardian", async (t) => {
  const sim = header(t);
  const inputs: InputPlan[] = [{ line: "GPIO23", activeLow: false, bias: "none" }];
  const lines = ChardevLines.open(plan(["GPIO17"], inputs), sim.places);
  t.defer(() => lines.close());
  lines.attach({ edge: () => {}, edgesLost: () => {} });
  is(lines.drive(0, 1), 1);
  sim.chip.unplug();
  equal([lines.drive(0, 0), lines.sense(1)], [NaN, NaN]);
});
