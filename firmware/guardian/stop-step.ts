import type { Clock } from "../../runtime/time/clock.ts";
import type { BackendSink } from "../contracts/backend.ts";
import type { LinuxPlan } from "../contracts/guardian-plan.ts";
import type { HardwarePlan, OutputPlan } from "../contracts/output-plan.ts";
import { openHardware } from "./open-hardware.ts";

/** What the stop step needs to know, as the guardian left it at its start. */
export interface StopPlan extends Pick<HardwarePlan, "outputs"> {
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
  return outcomes;
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
  const noWorld = () => {};
  const plan = {
    outputs: [output],
    inputs: [],
    buses: [],
    linux,
    runtime: { command: "", args: [] },
  };
  try {
    const { backend } = await openHardware(plan, clock, noWorld, noWorld);
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
