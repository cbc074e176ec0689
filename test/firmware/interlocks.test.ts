import { equal, is } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { InterlockPlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { spec } from "../harness/spec.ts";
import { codeOf } from "./fixtures/code-of.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const valve = { kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;
const switching = { onSecond: "switch", deadTimeMs: 500 } as const;

/** Two valves of one group, an owner each; what the world saw, and what the guardian did by itself. */
function bench(group: Partial<InterlockPlan>, policy: Partial<OutputPlan> = {}) {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  const names = ["GPIO17", "GPIO22"];
  const plan = {
    outputs: names.map((line) => ({ ...valve, line, ...policy })),
    inputs: [],
    buses: [],
    interlocks: [{ name: "valve", lines: names, ...group }],
  };
  const trace: string[] = [];
  lines.witness.follow(({ line, level }) => trace.push(`${line} ${level}`));
  const onEvent = ({ kind }: GuardianEvent) => void (kind !== "refusedWrite" && trace.push(kind));
  const local = new LocalGuardian(plan, {
    clock,
    backend: new LocalBackend(plan, { lines, buses: {} }),
    onEvent,
  });
  const [open, close] = names.map((line, owner) =>
    local.grant({ owner, epoch: 1, outputs: [line], inputs: [], i2c: [] }).output(line),
  );
  const passMs = (ms: number) => {
    clock.us += ms * 1000;
    local.guardian.expire();
  };
  return { open: open!, close: close!, guardian: local.guardian, passMs, happened: () => trace.splice(0) };
}

spec(
  "a group that switches turns the first off, waits for the dead time, and then takes the second on",
  () => {
    const { open, close, passMs, happened } = bench(switching);
    passMs(500);
    open.write(1);
    is(
      codeOf(() => close.write(1)),
      "switching",
    );
    equal(happened(), ["GPIO17 1", "GPIO17 0", "gaveWay"]);
    passMs(499);
    is(
      codeOf(() => close.write(1)),
      "switching",
    );
    passMs(1);
    is(close.write(1), 1);
    equal(happened(), ["GPIO22 1"], "nothing else happened");
  },
);

spec("an output that gave way is not renewed; its next own on is a new command", () => {
  const { open, close, passMs } = bench(switching, { leaseMs: 10_000 });
  passMs(500);
  open.write(1);
  codeOf(() => close.write(1));
  is(
    codeOf(() => open.renew()),
    "interlock",
  );
  is(open.write(0), 0, "off is always accepted");
  is(
    codeOf(() => open.write(1)),
    "ok",
    "the other one is still off",
  );
});

spec("the guardian switches nothing on for an owner that died while it waited", () => {
  const { open, close, guardian, passMs, happened } = bench(switching);
  passMs(500);
  open.write(1);
  codeOf(() => close.write(1));
  guardian.fence({ owner: 1, epoch: 1 });
  happened();
  passMs(10_000);
  equal(happened(), []);
  is(guardian.nextUs, Infinity, "nothing left open");
});

spec("what an output's own policy refuses switches nothing off", () => {
  const { open, close, passMs, happened } = bench(switching, { minOffMs: 2000 });
  passMs(2000);
  open.write(1);
  open.write(0);
  passMs(1000);
  happened();
  close.write(1);
  equal([codeOf(() => open.write(1)), happened()], ["min_off", ["GPIO22 1"]]);
});

spec("dead time counts from the guardian's start, and holds in a group that refuses, too", () => {
  const { open, close, passMs, happened } = bench({ deadTimeMs: 500 });
  passMs(499);
  is(
    codeOf(() => open.write(1)),
    "interlock",
  );
  passMs(1);
  open.write(1);
  is(
    codeOf(() => close.write(1)),
    "interlock",
  );
  is(open.write(1), 1, "the one that is on may be written again");
  open.write(0);
  is(
    codeOf(() => close.write(1)),
    "interlock",
  );
  passMs(500);
  close.write(1);
  equal(happened(), ["GPIO17 1", "GPIO17 0", "GPIO22 1"]);
});

spec("going safe again does not begin the dead time afresh", () => {
  const { open, close, guardian, passMs } = bench({ deadTimeMs: 500 });
  passMs(500);
  open.write(1);
  open.write(0);
  passMs(400);
  guardian.fence({ owner: 0, epoch: 1 });
  passMs(100);
  is(close.write(1), 1);
});
