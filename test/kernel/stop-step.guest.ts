/** What the stop step makes of real lines whose guardian was killed, judged from their other side. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { equal, is, ok } from "uvu/assert";
import { leaveStopPlan, STOP_PLAN } from "../../deploy/board/stop-plan.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { sysfsChip } from "../../firmware/linux/sysfs-chip.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { gpioTrace } from "./fixtures/gpio-trace.ts";
import { linesPlan } from "./fixtures/kernel-bench.ts";
import { SimHeader } from "./fixtures/sim-header.ts";

/** An emulated processor beside other work. */
const LIMIT_MS = "60000";
const program = fileURLToPath(new URL("../../deploy/board/stop-step.js", import.meta.url));
/** Of the bench: safe off, safe on by an active-low relay, held, released. */
const { outputs } = linesPlan("chardev");

function bench(t: SpecContext) {
  const header = new SimHeader();
  t.defer(() => header.close());
  const folder = mkdtempSync(join(tmpdir(), "holdfast-stop-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  leaveStopPlan(folder, { outputs, buses: [], linux: { backend: "chardev", places: header.places } });
  const trace = gpioTrace(t, sysfsChip(localFiles(), "pinctrl-bcm2835")!.base);
  const run = (result: string) => {
    const env = { ...process.env, RUNTIME_DIRECTORY: folder, SERVICE_RESULT: result };
    const { status, stderr } = spawnSync(process.execPath, [program, LIMIT_MS], { encoding: "utf8", env });
    const outcomes = /^\{"stopStep":.*$/m.exec(stderr)?.[0];
    const { stopStep } = JSON.parse(outcomes ?? `{"stopStep":${JSON.stringify({ why: stderr })}}`);
    return {
      status,
      ...(stopStep as { outcomes: { line: string; did: string; why?: string }[]; why?: string }),
    };
  };
  return { header, folder, run, trace };
}

/** The electrical level of an output's safe one. */
const safeLevel = (line: string) => {
  const { safe, activeLow } = outputs.find((output) => output.line === line)!;
  return (safe === "on") === activeLow ? 0 : 1;
};

for (const [result, of] of [
  ["watchdog", (onCrash: string) => ({ safe: "safe", hold: "held", release: "released" })[onCrash]],
  ["success", () => "safe"],
] as const) {
  spec(`after the end "${result}" of the service every output is as its policy says`, (t) => {
    const { run, trace } = bench(t);
    const { status, outcomes, why } = run(result);
    is(why, undefined);
    equal(
      outcomes,
      outputs.map(({ line, onCrash }) => ({ line, did: of(onCrash) })),
    );
    is(status, 0);
    const driven = trace().filter((record) => / set /.test(record));
    const expected = outputs.filter(({ onCrash }) => of(onCrash) === "safe").map(({ line }) => line);
    for (const line of expected)
      ok(driven.includes(`${line.slice(4)} set ${safeLevel(line)}`), `${line}: ${driven.join(", ")}`);
    is(driven.length, expected.length, "and no other line was touched");
  });
}

spec("a line that somebody else has is said, and takes no other with it", (t) => {
  const { header, run } = bench(t);
  const [first, ...others] = outputs.filter(({ onCrash }) => onCrash === "safe");
  const chip = GpioChip.find(header.places[first!.line]!.chip)!;
  t.defer(() => chip.close());
  const { offset } = header.places[first!.line]!;
  const other = chip.request([offset], "somebody", { direction: "input" });
  t.defer(() => other.close());
  const { status, outcomes } = run("signal");
  is(status, 1);
  const failed = outcomes.filter(({ did }) => did === "failed");
  is(failed.length, 1);
  ok(failed[0]!.why!.includes('in use by "somebody"'), failed[0]!.why);
  for (const { line } of others) is(outcomes.find((outcome) => outcome.line === line)!.did, "safe", line);
});

spec("where no guardian left a plan there is nothing to do, and a damaged plan is a failure", (t) => {
  const { folder, run } = bench(t);
  writeFileSync(join(folder, STOP_PLAN), "{");
  is(run("signal").status, 1);
  rmSync(join(folder, STOP_PLAN));
  is(run("signal").status, 0);
});
