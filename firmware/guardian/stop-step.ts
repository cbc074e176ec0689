import type { Clock } from "../../runtime/time/clock.ts";
import type { Backend, BackendSink } from "../contracts/backend.ts";
import type { ExpanderPlan } from "../contracts/expander-plan.ts";
import type { LinuxPlan } from "../contracts/guardian-plan.ts";
import type { HardwarePlan, OutputPlan } from "../contracts/output-plan.ts";
import { openHardware } from "./open-hardware.ts";
import { type StopTransfer, stopExpander } from "./stop-expander.ts";

/** Only told, never set: the kernel knows how fast its bus is. */
const SLOW_HZ = 100_000;

/** What the stop step needs to know, as the guardian left it at its start. */
export interface StopPlan extends Pick<HardwarePlan, "outputs" | "expanders"> {
  /** Of each adapter the addresses of its multiplexers. */
  readonly muxes?: Readonly<Record<string, readonly number[]>>;
  readonly linux: LinuxPlan;
}

/** What became of one output; `why` where it is not as it should be. */
export interface StopOutcome {
  readonly line: string;
  /** `held`: it keeps its level, as `onCrash: "hold"` asks. `released`: it is an input. */
  readonly did: "safe" | "held" | "released" | "failed";
  readonly why?: string;
}

/**
 * What happens to outputs after the guardian is gone, without a guardian: each by itself, so that one that cannot be had
 * takes no other with it, and with none of the guardian's code above the backends, so that a defect there is
 * not met again. `orderly`: the guardian ended as it should, and everything goes safe; else each output follows its
 * `onCrash`. The lines are free again afterwards. Answers within a few ms an output.
 */
export async function stopOutputs(plan: StopPlan, orderly: boolean, clock: Clock): Promise<StopOutcome[]> {
  const outcomes: StopOutcome[] = [];
  for (const output of plan.outputs) {
    const did = orderly ? "safe" : policyOf(output);
    outcomes.push(did === "held" ? { line: output.line, did } : await stopOutput(plan, output, did, clock));
  }
  for (const expander of plan.expanders ?? []) {
    const chip = await stopChip(plan, expander, orderly, clock);
    outcomes.push(...chip);
    const rail = plan.outputs.find(({ line }) => line === expander.rail);
    // What its bus cannot switch off, the line that feeds the loads does.
    if (rail === undefined || !chip.some(({ did }) => did === "failed")) continue;
    const dropped = await stopOutput(plan, rail, "safe", clock);
    outcomes[plan.outputs.indexOf(rail)] = dropped;
  }
  return outcomes;
}

/** An expander's pins are never let go: `release` makes them safe, too, as it is not offered for them. */
async function stopChip(
  { linux, muxes = {} }: StopPlan,
  expander: ExpanderPlan,
  orderly: boolean,
  clock: Clock,
): Promise<StopOutcome[]> {
  const isWanted = (output: OutputPlan) => orderly || policyOf(output) !== "held";
  const [bus = ""] = expander.bus.split("/");
  const why = await openedFor({ outputs: [], buses: [{ bus, hz: SLOW_HZ }] }, linux, clock)
    .then(async (backend) => {
      const found = await stopExpander(expander, isWanted, transferOf(backend), muxes[bus]);
      backend.close();
      return found;
    })
    .catch((error: Error) => new Map(expander.outputs.map(({ line }) => [line, error.message])));
  return expander.outputs.map((output): StopOutcome => {
    const { line } = output;
    if (!isWanted(output)) return { line, did: "held" };
    const failed = why.get(line);
    return failed === undefined ? { line, did: "safe" } : { line, did: "failed", why: failed };
  });
}

function openedFor(
  lines: Pick<HardwarePlan, "outputs" | "buses">,
  linux: LinuxPlan,
  clock: Clock,
): Promise<Backend> {
  const noWorld = () => {};
  const plan = { ...lines, inputs: [], linux, runtime: { command: "", args: [] } };
  return openHardware(plan, clock, noWorld, noWorld).then(({ backend }) => backend);
}

/** One after the other, over the first bus of the backend. */
function transferOf(backend: Backend): StopTransfer {
  let answer: (got: Uint8Array | string) => void = () => {};
  backend.attach({
    ...sinkFor(() => {}),
    transferred: (_, status, bytes, at, length) =>
      answer(status === "ok" ? bytes.slice(at, at + length) : status),
  });
  return (address, write, readLength) =>
    new Promise((resolve) => {
      answer = resolve;
      const bytes = Uint8Array.from(write);
      backend.transfer(0, address, bytes, 0, bytes.length, readLength);
    });
}

function policyOf({ onCrash }: OutputPlan): "safe" | "held" | "released" {
  if (onCrash === "hold") return "held";
  return onCrash === "release" ? "released" : "safe";
}

async function stopOutput(
  { linux }: StopPlan,
  output: OutputPlan,
  did: "safe" | "released",
  clock: Clock,
): Promise<StopOutcome> {
  const { line, safe, activeLow } = output;
  try {
    const backend = await openedFor({ outputs: [output], buses: [] }, linux, clock);
    let seen = Number.NaN;
    backend.attach(sinkFor((level) => (seen = level)));
    const wanted = (safe === "on") === activeLow ? 0 : 1;
    if (did === "released") backend.free(0);
    else backend.drive(0, wanted, 0);
    backend.close();
    if (did === "released" || seen === wanted) return { line, did };
    return { line, did: "failed", why: `driven to ${wanted}, it reads ${seen}` };
  } catch (error) {
    return { line, did: "failed", why: (error as Error).message };
  }
}

/** Real lines answer before the call returns, and nothing else is asked for. */
function sinkFor(sensed: (level: number) => void): BackendSink {
  const nothing = () => {};
  return {
    sensed: (_, level) => sensed(level),
    transferred: nothing,
    recovered: nothing,
    edge: nothing,
    edgesLost: nothing,
  };
}
