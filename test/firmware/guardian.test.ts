import { equal, is, ok } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { Backend } from "../../firmware/contracts/backend.ts";
import type { Grant, GuardianEvent } from "../../firmware/contracts/control.ts";
import type { InterlockPlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { Guardian } from "../../firmware/guardian/guardian.ts";
import { FrameReader, FrameWriter, KIND } from "../../firmware/transport/frame.ts";
import { encodeStatus } from "../../firmware/transport/status.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const plain: OutputPlan = { line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" };

/** A guardian over emulated lines; the trace holds what the world saw and what the guardian said. */
function bench(
  outputs: readonly Partial<OutputPlan>[],
  before?: (lines: EmulatedLines) => void,
  interlocks: readonly InterlockPlan[] = [],
) {
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  before?.(lines);
  const plan = {
    outputs: outputs.map((output) => ({ ...plain, ...output })),
    inputs: [],
    buses: [],
    interlocks,
  };
  const trace: string[] = [];
  lines.witness.follow(({ line, level }) => trace.push(`${line} ${level}`));
  const onEvent = (event: GuardianEvent) => trace.push(event.kind);
  const backend = new LocalBackend(plan, { lines, buses: {} });
  const local = new LocalGuardian(plan, { clock, backend, onEvent });
  const passMs = (ms: number) => {
    const endUs = clock.now() + ms * 1000;
    for (let next = local.guardian.nextUs; next <= endUs; next = local.guardian.nextUs) {
      clock.us = Math.max(clock.us, next);
      local.guardian.expire();
    }
    clock.us = endUs;
  };
  return { clock, local, guardian: local.guardian, passMs, happened: () => trace.splice(0) };
}

function rights(owner: number, epoch: number, ...outputs: string[]): Grant {
  return { owner, epoch, outputs, inputs: [], i2c: [] };
}

function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return "no error";
}

spec("a grant is refused with its reason, whole", () => {
  const { local, guardian } = bench([{}, { line: "GPIO18" }]);
  local.grant(rights(1, 5, "GPIO17"));
  const refused = (grant: Grant) => guardian.grant(grant);
  is(refused(rights(2, 1, "GPIO18", "GPIO17")), "GPIO17 belongs to owner 1");
  is(refused(rights(2, 1, "GPIO99")), "there is no output GPIO99");
  is(refused(rights(99, 1)), "there is no owner slot 99");
  is(refused(rights(1, 6)), "owner 1 still holds epoch 5");
  is(refused({ ...rights(2, 1), inputs: ["GPIO5"] }), "there is no input GPIO5");
  is(refused({ ...rights(2, 1), i2c: [{ bus: "i2c-9", address: 1 }] }), "there is no bus i2c-9");
  guardian.fence({ owner: 1, epoch: 5 });
  is(refused(rights(1, 5, "GPIO17")), "epoch 5 of owner 1 is not newer than 5");
  local.grant(rights(2, 1, "GPIO18", "GPIO17"));
});

spec("a fence acts once, on the epoch it names", () => {
  const { local, guardian, happened } = bench([{}]);
  const old = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
  old.write(1);
  guardian.fence({ owner: 0, epoch: 1 });
  equal(happened(), ["GPIO17 1", "GPIO17 0", "fenced"]);
  const next = local.grant(rights(0, 2, "GPIO17")).output("GPIO17");
  next.write(1);
  guardian.fence({ owner: 0, epoch: 1 });
  guardian.fence({ owner: 0, epoch: 3 });
  equal(happened(), ["GPIO17 1"], "nothing else happened");
  is(next.read(), 1);
  is(
    codeOf(() => old.write(0)),
    "fenced",
  );
  is(next.read(), 1, "the late write moved nothing");
});

spec("late writes are counted, and reported once a second", () => {
  const { local, guardian, passMs, happened } = bench([{}]);
  const old = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
  guardian.fence({ owner: 0, epoch: 1 });
  happened();
  for (let i = 0; i < 100; i++) codeOf(() => old.write(1));
  equal(happened(), ["refusedWrite"]);
  passMs(1000);
  codeOf(() => old.write(1));
  equal(happened(), ["refusedWrite"]);
  is(guardian.stats().fenced, 101);
});

spec("on-time accumulates over owners and over the death of the runtime", () => {
  const { local, guardian, passMs, happened } = bench([{ maxOnMs: 1000, maxOnRestMs: 5000 }]);
  local
    .grant(rights(0, 1, "GPIO17"))
    .output("GPIO17")
    .write(1);
  passMs(500);
  guardian.fence({ owner: 0, epoch: 1 });
  local
    .grant(rights(1, 1, "GPIO17"))
    .output("GPIO17")
    .write(1);
  passMs(400);
  guardian.runtimeDied();
  happened();
  const output = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
  output.write(1);
  passMs(99);
  equal(happened(), ["GPIO17 1"]);
  passMs(1);
  equal(happened(), ["GPIO17 0", "maxOn"]);
  is(
    codeOf(() => output.write(1)),
    "max_on",
  );
  is(output.write(0), 0, "off is always accepted");
});

spec("a transfer of a line moves nothing and its clocks run on", () => {
  const { local, guardian, passMs, happened } = bench([{ leaseMs: 100, maxOnMs: 1000 }]);
  const from = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
  const to = local.grant(rights(1, 1)).output("GPIO17");
  const takeover = { outputs: ["GPIO17"], from: { owner: 0, epoch: 1 }, to: { owner: 1, epoch: 1 } };
  from.write(1);
  passMs(90);
  is(
    codeOf(() => to.renew()),
    "not_owner",
  );
  is(guardian.transfer(takeover), undefined);
  is(guardian.transfer(takeover), "GPIO17 does not belong to owner 0");
  is(
    codeOf(() => from.renew()),
    "not_owner",
  );
  equal(happened(), ["GPIO17 1", "refusedWrite", "refusedWrite"]);
  passMs(10);
  equal(happened(), ["GPIO17 0", "leaseExpired"]);
  is(to.write(1), 1);
});

spec("the death of the runtime brings each output to its policy and bars every epoch", () => {
  const { local, guardian, passMs, happened } = bench([
    {},
    { line: "GPIO22", onCrash: "hold" },
    { line: "GPIO23", onCrash: "hold", holdForMs: 100 },
  ]);
  const hardware = local.grant(rights(0, 1, "GPIO17", "GPIO22"));
  const other = local.grant(rights(1, 1, "GPIO23"));
  hardware.output("GPIO17").write(1);
  hardware.output("GPIO22").write(1);
  other.output("GPIO23").write(1);
  happened();
  guardian.runtimeDied();
  equal(happened(), ["GPIO17 0"]);
  is(
    codeOf(() => hardware.output("GPIO17").write(1)),
    "fenced",
  );
  passMs(1000);
  equal(happened(), ["refusedWrite", "GPIO23 0", "holdEnded"], "nothing else happened");
  local.grant(rights(1, 1, "GPIO22"));
});

spec("an orderly stop makes every output safe, whatever its policy", () => {
  const { local, guardian, happened } = bench([{ onCrash: "hold" }, { line: "GPIO18", onCrash: "release" }]);
  const hardware = local.grant(rights(0, 1, "GPIO17", "GPIO18"));
  hardware.output("GPIO17").write(1);
  hardware.output("GPIO18").write(1);
  happened();
  let settled = false;
  guardian.stop();
  guardian.whenSettled(() => {
    settled = true;
  });
  ok(settled);
  equal(happened(), ["GPIO18 0", "GPIO17 0"]);
});

spec("lines found driven are adopted: held ones stay as they are, the others go safe", () => {
  const outputs = [{}, { line: "GPIO22", onCrash: "hold" }] as const;
  const { happened, guardian } = bench(outputs, (lines) => {
    lines.output("GPIO17", 1);
    lines.output("GPIO22", 1);
  });
  equal(happened(), ["GPIO17 1", "GPIO22 1", "GPIO17 0"]);
  is(guardian.nextUs, Infinity, "nothing left open");
});

spec("a request whose deadline has passed is dropped before work", () => {
  const { local, guardian, clock, happened } = bench([{}]);
  local.grant(rights(0, 1, "GPIO17"));
  const writer = new FrameWriter().begin(KIND.write, 0, 1, 0, 1, clock.now()).u16(0).f64(1);
  const frame = new FrameReader().over(writer.bytes);
  frame.decode(0, writer.length);
  guardian.request(frame);
  equal(happened(), ["refusedWrite"]);
});

spec("an output that did not read back off keeps its interlock group off", () => {
  const outputs = ["GPIO17", "GPIO18"].map((line) => ({ ...plain, line }));
  const calls: { line: number; level: number; token: number }[] = [];
  const backend = {
    found: outputs.map(() => ({ level: 0, driven: false })),
    attach: () => {},
    drive: (line: number, level: number, token: number) => void calls.push({ line, level, token }),
  } as unknown as Backend;
  const answers: number[] = [];
  const guardian = new Guardian(
    { outputs, inputs: [], buses: [], interlocks: [{ name: "valve", lines: ["GPIO17", "GPIO18"] }] },
    {
      clock: new HandClock(),
      backend,
      sinks: { event: () => {}, send: ({ bytes }) => void answers.push(bytes[3]!) },
    },
  );
  guardian.grant(rights(1, 1, "GPIO18"));
  const writer = new FrameWriter();
  const frame = new FrameReader().over(writer.bytes);
  const on = () => {
    writer.begin(KIND.write, 0, 1, 1, 1, 1e9).u16(1).f64(1);
    frame.decode(0, writer.length);
    guardian.request(frame);
  };
  const [first, second] = calls.splice(0);
  guardian.sensed(second!.token, 0);
  guardian.sensed(first!.token, 1); // stuck on
  on();
  equal(answers.splice(0), [encodeStatus("interlock")]);
  is(calls.length, 0);
});

spec("of an interlock group never two are on", () => {
  const { local, guardian, happened } = bench([{}, { line: "GPIO18" }], undefined, [
    { name: "valve", lines: ["GPIO17", "GPIO18"] },
  ]);
  const opening = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
  const closing = local.grant(rights(1, 1, "GPIO18")).output("GPIO18");
  opening.write(1);
  is(
    codeOf(() => closing.write(1)),
    "interlock",
  );
  is(closing.write(0), 0, "off is always accepted");
  guardian.fence({ owner: 0, epoch: 1 });
  closing.write(1);
  equal(happened(), ["GPIO17 1", "refusedWrite", "GPIO17 0", "fenced", "GPIO18 1"]);
});

for (const end of ["fence", "revoke"] as const) {
  spec(`a line that was lent goes back as it is at a ${end} of the borrower, and its lease runs on`, () => {
    const { local, guardian, passMs, happened } = bench([{ leaseMs: 2000 }]);
    const old = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
    old.write(1);
    const trial = local.grant(rights(1, 1)).output("GPIO17");
    const [from, to] = [
      { owner: 0, epoch: 1 },
      { owner: 1, epoch: 1 },
    ];
    is(guardian.transfer({ outputs: ["GPIO17"], from, to, lend: true }), undefined);
    trial.renew();
    is(
      codeOf(() => old.renew()),
      "not_owner",
    );
    passMs(1000);
    happened();
    guardian[end](to);
    equal(
      happened().filter((line) => line !== "fenced"),
      [],
      "the line did not move",
    );
    is(
      codeOf(() => trial.write(0)),
      "fenced",
    );
    passMs(999);
    equal(happened(), ["refusedWrite"]);
    passMs(2);
    equal(happened(), ["GPIO17 0", "leaseExpired"], "nobody renewed");
    old.write(1);
    equal(happened(), ["GPIO17 1"]);
  });
}

spec("who lent a line and ends takes the borrower along", () => {
  const { local, guardian, happened } = bench([{}]);
  local
    .grant(rights(0, 1, "GPIO17"))
    .output("GPIO17")
    .write(1);
  const trial = local.grant(rights(1, 1)).output("GPIO17");
  const [from, to] = [
    { owner: 0, epoch: 1 },
    { owner: 1, epoch: 1 },
  ];
  guardian.transfer({ outputs: ["GPIO17"], from, to, lend: true });
  trial.write(1);
  happened();
  guardian.fence(from);
  equal(happened(), ["GPIO17 0", "fenced"]);
  is(
    codeOf(() => trial.write(1)),
    "fenced",
  );
});

spec("a loan that was made final outlives the lender", () => {
  const { local, guardian, happened } = bench([{}]);
  local
    .grant(rights(0, 1, "GPIO17"))
    .output("GPIO17")
    .write(1);
  const trial = local.grant(rights(1, 1)).output("GPIO17");
  const [from, to] = [
    { owner: 0, epoch: 1 },
    { owner: 1, epoch: 1 },
  ];
  guardian.transfer({ outputs: ["GPIO17"], from, to, lend: true });
  is(guardian.transfer({ outputs: [], from, to }), undefined);
  happened();
  guardian.revoke(from);
  equal(happened(), []);
  trial.renew();
  guardian.fence(to);
  equal(happened(), ["GPIO17 0", "fenced"]);
});

spec("a loan that comes back at another level is not renewed by who never wrote that", () => {
  for (const [level, outcome] of [
    [1, "no error"],
    [0, "refused"],
  ] as const) {
    const { local, guardian } = bench([{}]);
    const own = local.grant(rights(0, 1, "GPIO17")).output("GPIO17");
    own.write(1);
    const trial = local.grant(rights(1, 1)).output("GPIO17");
    const [from, to] = [
      { owner: 0, epoch: 1 },
      { owner: 1, epoch: 1 },
    ];
    guardian.transfer({ outputs: ["GPIO17"], from, to, lend: true });
    trial.write(level);
    guardian.fence(to);
    is(
      codeOf(() => own.renew()),
      outcome,
      `written to ${level} by the borrower`,
    );
    own.write(1);
    own.renew();
  }
});

spec("after a stop no pulse takes a line away from its safe level", () => {
  const { guardian, happened } = bench([{ safe: "on" }]);
  guardian.stop();
  happened();
  guardian.away("GPIO17", true);
  equal(happened(), []);
});
