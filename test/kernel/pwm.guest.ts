/** PWM outputs through the kernel's PWM class, judged by the class's own trace. */
import { writeFileSync } from "node:fs";
import { equal, is, ok } from "uvu/assert";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { stopOutputs } from "../../firmware/guardian/stop-step.ts";
import { LinuxBackend } from "../../firmware/linux/linux-backend.ts";
import { PwmLines } from "../../firmware/linux/pwm-lines.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { allOf, benchPlan } from "../firmware/fixtures/bench-plan.ts";
import { HandClock } from "../firmware/fixtures/hand-clock.ts";
import { ReplayedGuardian } from "../firmware/fixtures/replayed-guardian.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { freshPwm, pwmPlaces, pwmTrace } from "./fixtures/pwm-sim.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

const fan: OutputPlan = {
  line: "GPIO18",
  kind: "pwm",
  periodNs: 44_000, // that of no other file: the kernel remembers it
  activeLow: false,
  safe: "off",
  onCrash: "safe",
};
const servo: OutputPlan = { ...fan, line: "GPIO13", periodNs: 20_000_000 };

async function open(t: SpecContext, ...outputs: readonly OutputPlan[]): Promise<PwmLines> {
  const lines = await PwmLines.open(outputs, pwmPlaces);
  t.defer(() => lines.close());
  return lines;
}

spec("a channel is exported, set up before it is turned on, and read back from the kernel", async (t) => {
  freshPwm(t);
  const lines = await open(t, fan, servo);
  equal(lines.found, [
    { driven: false, level: 0 },
    { driven: false, level: 0 },
  ]);
  const trace = pwmTrace(t);
  is(lines.drive(0, 0.25), 0.25);
  is(lines.drive(1, 0.075), 0.075);
  is(lines.sense(0), 0.25);
  equal(trace(), [
    "0/44000 off",
    "11000/44000 off",
    "11000/44000 on",
    "0/20000000 off",
    "1500000/20000000 off",
    "1500000/20000000 on",
  ]);
});

spec(
  "a channel keeps its pulses when nobody holds it, and is taken over without any other state",
  async (t) => {
    freshPwm(t);
    const before = await PwmLines.open([fan], pwmPlaces);
    before.drive(0, 0.5);
    before.close();
    const trace = pwmTrace(t);
    const lines = await open(t, fan);
    equal(lines.found, [{ driven: true, level: 0.5 }]);
    is(lines.drive(0, 0.5), 0.5);
    is(lines.drive(0, 0), 0);
    ok(
      trace().every((state) => state === "22000/44000 on" || state === "0/44000 on"),
      trace().join(", "),
    );
  },
);

spec(
  "a channel with another period is brought to its own, in the order that the kernel accepts",
  async (t) => {
    freshPwm(t);
    const before = await PwmLines.open([{ ...fan, periodNs: 20_000_000 }], pwmPlaces);
    before.drive(0, 1);
    before.close();
    const trace = pwmTrace(t);
    const lines = await open(t, fan);
    is(lines.drive(0, 0.5), 0.5);
    equal(trace(), ["22000/20000000 on", "22000/44000 on"]);
  },
);

spec("an inversed channel that runs is driven as it is", async (t) => {
  const { chip } = freshPwm(t);
  writeFileSync(`${chip}/export`, "0");
  for (const [name, text] of [
    ["period", "44000"],
    ["duty_cycle", "11000"],
    ["polarity", "inversed"],
    ["enable", "1"],
  ]) {
    writeFileSync(`${chip}/pwm0/${name}`, text!);
  }
  t.defer(() => {
    writeFileSync(`${chip}/pwm0/enable`, "0");
    writeFileSync(`${chip}/pwm0/polarity`, "normal");
  });
  const lines = await open(t, fan);
  equal(lines.found, [{ driven: true, level: 0.75 }]);
  const trace = pwmTrace(t);
  is(lines.drive(0, 0), 0);
  equal(trace(), ["44000/44000 on inversed"]);
});

spec("a channel that is not there, and a controller that is not, are said with what helps", async (t) => {
  freshPwm(t);
  const message = async (node: string, channel: number) => {
    try {
      await PwmLines.open([fan], { GPIO18: { node, channel } });
    } catch (error) {
      if (error instanceof HardwareError) return error.message;
      throw error;
    }
    return undefined;
  };
  is(
    await message("/soc/pwm@7e20c000", 7),
    "GPIO18: its PWM controller has no such channel; use another line with PWM",
  );
  is(await message("/soc/pwm@0", 0), "GPIO18: no PWM controller belongs to /soc/pwm@0");
});

spec("the stop step drives safe levels without a guardian, held outputs are left alone", async (t) => {
  freshPwm(t);
  const held: OutputPlan = { ...servo, onCrash: "hold" };
  const lines = await open(t, fan, held);
  lines.drive(0, 0.5);
  lines.drive(1, 0.1);
  const linux = { backend: "chardev", places: {}, pwm: pwmPlaces } as const;
  equal(await stopOutputs({ outputs: [fan, held], linux }, false, new SystemClock()), [
    { line: "GPIO18", did: "safe" },
    { line: "GPIO13", did: "held" },
  ]);
  is(lines.sense(0), 0);
  is(lines.sense(1), 0.1);
});

spec("under the guardian a PWM channel beside GPIO lines follows its policy like a line", async (t) => {
  freshPwm(t);
  const header = new SimHeader();
  t.defer(() => header.close());
  const plan = { ...benchPlan, buses: [] };
  const surroundings = { now: () => new SystemClock().now(), report: (why: string) => console.log(why) };
  const linux = { backend: "chardev", places: header.places, pwm: pwmPlaces } as const;
  const guardian = new ReplayedGuardian(
    plan,
    await LinuxBackend.open(plan, linux, surroundings),
    new HandClock(),
  );
  t.defer(() => guardian.close());
  guardian.grant({ ...allOf(0, 1, plan), i2c: [] });
  is(await guardian.call({ op: "write", line: "GPIO18", level: 0.25 }), 0.25);
  is(await guardian.call({ op: "write", line: "GPIO17", level: 1 }), 1);
  is(await guardian.call({ op: "read", line: "GPIO18" }), 0.25);
  is(header.level("GPIO17"), 1);
  const trace = pwmTrace(t);
  guardian.guardian.fence({ owner: 0, epoch: 1 });
  equal(trace(), ["0/40000 on"]);
  is(header.level("GPIO17"), 0);
});

spec("a level of a PWM channel costs the guardian a few times what one of a line does", async (t) => {
  freshPwm(t);
  const header = new SimHeader();
  t.defer(() => header.close());
  const plan = { ...benchPlan, inputs: [], buses: [] };
  const linux = { backend: "chardev", places: header.places, pwm: pwmPlaces } as const;
  const backend = await LinuxBackend.open(plan, linux, { now: () => 0, report: () => {} });
  t.defer(() => backend.close());
  backend.attach({
    sensed: () => {},
    transferred: () => {},
    recovered: () => {},
    edge: () => {},
    edgesLost: () => {},
  });
  const tookUs = (line: string, level: number) => {
    const index = plan.outputs.findIndex((output) => output.line === line);
    const startMs = performance.now();
    backend.drive(index, level, 0);
    return (performance.now() - startMs) * 1000;
  };
  // In turns, so that whatever else the machine has to do slows both. The first half is for the compiler.
  const pairs = Array.from({ length: 800 }, (_, count) => [
    tookUs("GPIO18", [0.25, 0.5][count % 2]!),
    tookUs("GPIO17", count % 2),
  ]).slice(400);
  const medianUs = (at: number) => pairs.map((pair) => pair[at]!).sort((a, b) => a - b)[200]!;
  const [pwmUs, lineUs] = [medianUs(0), medianUs(1)];
  console.log(`a PWM level ${pwmUs.toFixed(0)} us, a line ${lineUs.toFixed(0)} us (emulated processor)`);
  ok(pwmUs < 20 * lineUs, `${pwmUs} us against ${lineUs} us`);
});
