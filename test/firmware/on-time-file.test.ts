import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, throws } from "uvu/assert";
import { LocalGuardian } from "../../firmware/client/local-hardware.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../firmware/emulated/local-backend.ts";
import { OnTimeFile } from "../../firmware/guardian/on-time-file.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { codeOf } from "./fixtures/code-of.ts";
import { HandClock } from "./fixtures/hand-clock.ts";

const pump: OutputPlan = {
  ...{ line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" },
  ...{ maxOnMs: 1000, maxOnRestMs: 500, maxOnLatch: { count: 2, windowMs: 60_000 } },
};

/** A pump over guardians that die without a word, each with the file of the one before. */
function bench(t: SpecContext, policy: Partial<OutputPlan> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "on-times-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "on-times");
  const clock = new HandClock();
  const lines = new EmulatedLines({ clock });
  const plan = { outputs: [{ ...pump, ...policy }], inputs: [], buses: [] };
  let file: OnTimeFile | undefined;
  t.defer(() => file?.close());
  const next = () => {
    file?.close();
    file = new OnTimeFile(path, plan.outputs);
    const backend = new LocalBackend(plan, { lines, buses: {} });
    const local = new LocalGuardian(plan, { clock, backend, onTimes: file });
    const output = local
      .grant({ owner: 0, epoch: 1, outputs: [pump.line], inputs: [], i2c: [] })
      .output(pump.line);
    return { local, output, guardian: local.guardian };
  };
  const passMs = (ms: number, guardian: LocalGuardian["guardian"]) => {
    clock.us += ms * 1000;
    guardian.expire();
  };
  return { path, clock, next, passMs, level: () => lines.sense(pump.line) };
}

spec("on-time accumulates over the death of the guardian", (t) => {
  const { next, passMs, level } = bench(t);
  const first = next();
  first.output.write(1);
  passMs(700, first.guardian);
  const second = next();
  is(level(), 0, "adopted and made safe");
  second.output.write(1);
  passMs(299, second.guardian);
  is(level(), 1);
  passMs(1, second.guardian);
  is(level(), 0, "700 ms before, 300 ms after");
  is(
    codeOf(() => second.output.write(1)),
    "max_on",
  );
});

spec("the rest after maxOn and the latch outlive the guardian; an operator's word does, too", (t) => {
  const { next, passMs } = bench(t);
  const first = next();
  first.output.write(1);
  passMs(1000, first.guardian);
  passMs(400, first.guardian);
  const second = next();
  is(
    codeOf(() => second.output.write(1)),
    "max_on",
    "100 ms of its rest are left",
  );
  passMs(100, second.guardian);
  second.output.write(1);
  passMs(1000, second.guardian);
  const third = next();
  passMs(10_000, third.guardian);
  is(
    codeOf(() => third.output.write(1)),
    "max_on",
    "latched",
  );
  third.guardian.clear(pump.line);
  is(
    codeOf(() => next().output.write(1)),
    "ok",
  );
});

spec("an output that is held over the death of the guardian is on all the time", (t) => {
  const { next, passMs, level } = bench(t, { onCrash: "hold" });
  const first = next();
  first.output.write(1);
  passMs(700, first.guardian);
  const second = next();
  passMs(299, second.guardian);
  is(level(), 1);
  passMs(1, second.guardian);
  is(level(), 0);
});

for (const [what, text] of [
  ["cut off", (whole: string) => whole.slice(0, 20)],
  ["of another line", (whole: string) => whole.replace("GPIO17", "GPIO18")],
  ["from a time to come", (whole: string) => whole.replace(/"offSinceUs":\d+/, '"offSinceUs":99999999999')],
  ["no record", () => "null"],
] as const) {
  spec(`a record that is ${what} counts as on for all of maxOn until now`, (t) => {
    const { path, clock, next, passMs } = bench(t);
    const first = next();
    clock.us = 5_000_000;
    first.output.write(1);
    first.output.write(0);
    writeFileSync(path, text(readFileSync(path, "latin1")));
    const second = next();
    is(
      codeOf(() => second.output.write(1)),
      "max_on",
    );
    passMs(1000, second.guardian);
    is(
      codeOf(() => second.output.write(1)),
      "ok",
      "forgotten after maxOn",
    );
  });
}

spec("outputs without maxOn are not written, and a file that cannot be made is said", (t) => {
  const { path, next } = bench(t, {
    maxOnMs: undefined,
    maxOnRestMs: undefined,
    maxOnLatch: undefined,
  } as object);
  next().output.write(1);
  equal(readFileSync(path, "latin1"), "");
  throws(() => new OnTimeFile(join(path, "no-folder"), [pump]), /ENOTDIR/);
});
