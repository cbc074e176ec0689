import { equal, is } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { InputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { planProblems } from "../../firmware/guardian/plan-problems.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const plain: InputPlan = { line: "GPIO5", activeLow: false, bias: "pull-down" };

/** A guardian over emulated inputs, read by owner 0; lines and times by hand. */
function bench(...inputs: readonly Partial<InputPlan>[]) {
  const clock = new HandClock();
  clock.us = 0;
  const lines = new EmulatedLines({ clock });
  const plan = { outputs: [], inputs: inputs.map((input) => ({ ...plain, ...input })), buses: [] };
  const events: GuardianEvent[] = [];
  const backend = new LocalBackend(plan, { lines, buses: {} });
  const local = new LocalGuardian(plan, { clock, backend, onEvent: (event) => events.push(event) });
  const grant = (owner: number, ...granted: string[]): Hardware =>
    local.grant({ owner, epoch: 1, outputs: [], inputs: granted, i2c: [] });
  const hardware = grant(0, ...plan.inputs.map(({ line }) => line));
  const passUs = (us: number) => {
    const endUs = clock.us + us;
    for (let next = local.guardian.nextUs; next <= endUs; next = local.guardian.nextUs) {
      clock.us = Math.max(clock.us, next);
      local.guardian.expire();
    }
    clock.us = endUs;
  };
  return {
    clock,
    local,
    hardware,
    lines,
    grant,
    passMs: (ms: number) => passUs(1000 * ms),
    passUs,
    /** `count` edges, one every `everyUs`. */
    shake: (line: string, count: number, everyUs: number) => {
      for (let edge = 0; edge < count; edge++) {
        lines.drive(line, edge % 2 === 0 ? 1 : 0);
        passUs(everyUs);
      }
    },
    heard: (from = hardware) => {
      const heard: string[] = [];
      from.poll(({ line, level, atUs }) => heard.push(`${line} ${level} at ${atUs / 1000}`));
      return heard;
    },
    told: () => events.splice(0).map(({ atUs, ...event }) => ({ ...event, atMs: atUs / 1000 })),
  };
}

spec("a debounced input tells its change when it has rested, and reads as it was until then", () => {
  const { lines, passMs, heard, hardware } = bench({ debounceMs: 20 });
  const input = hardware.input("GPIO5");
  is(input.read(), 0);
  lines.drive("GPIO5", 1);
  passMs(1);
  lines.drive("GPIO5", 0);
  passMs(1);
  lines.drive("GPIO5", 1);
  is(input.read(), 0);
  passMs(19);
  equal([heard(), input.read()], [[], 0]);
  passMs(1);
  equal([heard(), input.read()], [["GPIO5 1 at 2"], 1]);
  passMs(1000);
  equal(heard(), [], "nothing else happened");
});

spec("a glitch filter drops short pulses by their length, and reads give the line as it is", () => {
  const { lines, passUs, heard, hardware } = bench({ glitchFilterMs: 0.05 });
  const input = hardware.input("GPIO5");
  lines.drive("GPIO5", 1);
  is(input.read(), 1);
  passUs(49);
  lines.drive("GPIO5", 0);
  passUs(1000);
  equal(heard(), []);
  lines.drive("GPIO5", 1);
  passUs(50);
  lines.drive("GPIO5", 0);
  passUs(50);
  equal(heard(), ["GPIO5 1 at 1.049", "GPIO5 0 at 1.099"]);
});

spec("an active-low input without a filter passes every edge at once, turned round", () => {
  const { shake, heard } = bench({ activeLow: true });
  shake("GPIO5", 3, 100);
  equal(heard(), ["GPIO5 0 at 0", "GPIO5 1 at 0.1", "GPIO5 0 at 0.2"]);
});

for (const [edges, wanted] of [
  ["rising", ["GPIO5 1 at 1", "GPIO5 1 at 3"]],
  ["falling", ["GPIO5 0 at 0", "GPIO5 0 at 2"]],
] as const) {
  spec(`of an active-low input that passes ${edges} edges only those to its logical level come`, () => {
    const { shake, heard } = bench({ activeLow: true, edges });
    shake("GPIO5", 4, 1000);
    equal(heard(), wanted);
  });
}

spec(
  "a storm is named, masked and probed, for longer while it goes on, until the line has calmed down",
  () => {
    const { shake, heard, told, passMs, lines } = bench({ maxEdgeRateHz: 100 });
    shake("GPIO5", 400, 10);
    is(heard().length, 100, "as many as the limit admits");
    const storm = { kind: "edgeStorm", line: "GPIO5", rateHz: 101_000, count: 101 };
    equal(told(), [{ ...storm, maskedMs: 1000, atMs: 1 }]);
    passMs(997); // the mask ends at 1001 ms
    equal([heard(), told()], [[], []]);
    shake("GPIO5", 400, 10);
    is(heard().length, 100, "the probe costs no more");
    equal(told(), [{ ...storm, rateHz: 101_000, maskedMs: 2000, atMs: 1002 }]);
    passMs(3000);
    equal(told(), [{ kind: "edgeStormOver", line: "GPIO5", atMs: 4002 }]);
    lines.drive("GPIO5", 1);
    equal(heard().length, 1, "it is heard again");
    equal(told(), [], "nothing else happened");
  },
);

spec("edges within the limit are no storm, however long they go on", () => {
  const { shake, heard, told } = bench({ maxEdgeRateHz: 100 });
  for (let second = 0; second < 10; second++) {
    shake("GPIO5", 100, 10_000);
    is(heard().length, 100);
  }
  equal(told(), []);
});

spec("a storm on one line costs other lines and owners nothing", () => {
  const { lines, local, grant, heard, told, clock } = bench({}, { line: "GPIO6" });
  const other = grant(1, "GPIO6");
  let sent = 0;
  const guardian = local.guardian;
  const { edge } = guardian;
  guardian.edge = (...args) => {
    sent++;
    edge.apply(guardian, args);
  };
  for (let second = 0; second < 2; second++) {
    for (let change = 0; change < 100_000; change++) {
      if (change % 50_000 === 0) lines.drive("GPIO6", change === 0 ? 1 : 0);
      lines.drive("GPIO5", change % 2 === 0 ? 1 : 0);
      clock.us += 10;
    }
  }
  is(heard(other).length, 4, "each of its own");
  is(sent, 1001 + 4, "the backend tells no edges of a masked line");
  equal(
    told().map(({ kind, ...rest }) => [kind, "line" in rest && rest.line]),
    [["edgeStorm", "GPIO5"]],
  );
});

spec("pulses are counted while nobody asks, none is passed on, and their time is known", () => {
  const { shake, heard, hardware, passMs } = bench({ counts: true, edges: "rising", maxEdgeRateHz: 5000 });
  const input = hardware.input("GPIO5");
  equal(input.pulses(), { count: 0, lost: 0, gaps: 0, lastUs: undefined });
  shake("GPIO5", 2000, 500);
  equal(input.pulses(), { count: 1000, lost: 0, gaps: 0, lastUs: 999_000 });
  passMs(5000);
  equal(input.pulses(), { count: 1000, lost: 0, gaps: 0, lastUs: 999_000 });
  equal(heard(), []);
});

spec("pulses that the backend lost are in the count and told apart", () => {
  const { local, hardware, shake } = bench(
    { counts: true, edges: "rising" },
    { line: "GPIO6", counts: true, edges: "rising", glitchFilterMs: 0.1 },
  );
  shake("GPIO5", 4, 1000);
  local.guardian.edgesLost(0, 7);
  local.guardian.edgesLost(1, 7);
  equal(hardware.input("GPIO5").pulses(), { count: 9, lost: 7, gaps: 0, lastUs: 2000 });
  equal(
    hardware.input("GPIO6").pulses(),
    { count: 4, lost: 4, gaps: 0, lastUs: undefined },
    "both edges came",
  );
});

spec("edges that are lost make a storm as well, at least so many a second as were counted in one", () => {
  const { local, lines, told, passMs } = bench({ maxEdgeRateHz: 100 });
  passMs(5000);
  local.guardian.edgesLost(0, 500);
  lines.drive("GPIO5", 1);
  equal(told().slice(1), [
    { kind: "edgeStorm", line: "GPIO5", rateHz: 501, count: 501, maskedMs: 1000, atMs: 5000 },
  ]);
});

spec("a storm leaves a gap of unknown size in the count", () => {
  const { shake, hardware, told, passMs } = bench({ counts: true, edges: "rising", maxEdgeRateHz: 1000 });
  shake("GPIO5", 4000, 10);
  equal(hardware.input("GPIO5").pulses(), { count: 500, lost: 0, gaps: 2, lastUs: 9980 });
  equal(hardware.input("GPIO5").pulses(), { count: 500, lost: 0, gaps: 3, lastUs: 9980 }, "it goes on");
  is(told().length, 1);
  passMs(1000);
  is(hardware.input("GPIO5").pulses().gaps, 4, "up to its end");
  is(hardware.input("GPIO5").pulses().gaps, 4);
});

spec("only whoever was granted a counting input may ask for its pulses", () => {
  const { hardware, grant } = bench({}, { line: "GPIO6", counts: true });
  const code = (ask: () => unknown) => {
    try {
      return ask();
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  is(
    code(() => hardware.input("GPIO5").pulses()),
    "refused",
    "it does not count",
  );
  is(
    code(() => grant(1).input("GPIO6").pulses()),
    "not_owner",
  );
  is(
    code(() => hardware.input("GPIO22").pulses()),
    "not_owner",
  );
});

spec("a line that is an input twice, or an output as well, and two filters on one line are refused", () => {
  const out = { line: "GPIO6", kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;
  const inputs: InputPlan[] = [
    plain,
    { ...plain, debounceMs: 20, glitchFilterMs: 1 },
    { ...plain, line: "GPIO6" },
  ];
  equal(planProblems({ outputs: [out], inputs }), [
    "GPIO5: is declared twice",
    "GPIO5: a debounce excludes a glitch filter, whose pulses are shorter",
    "GPIO6: is declared twice",
  ]);
});
