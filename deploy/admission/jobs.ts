/** The jobs of a board as admission sees them: who does what how often, and who asks whom. */
import { driverNamed } from "../../devices/catalogue.ts";
import { controllerNamed } from "../../devices/controller-catalogue.ts";
import { expanderCost, expanderNamed } from "../../devices/expander-catalogue.ts";
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import type { JobCost, Stretch } from "../../devices/job-cost.ts";
import { adapterOf, channelPlace } from "../../firmware/channel-name.ts";
import type { Band } from "../../runtime/time/admission/task.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { expanderPin } from "../config/expander-schema.ts";
import { controllerPlans, devicePlans } from "../config/plan.ts";
import { PASSED_EVERY_MS } from "../links/reading-door.ts";

/** One thing that a device or controller does again and again. */
export interface Work {
  /** `soil`, `thermostat on climate`, `heater for thermostat`. */
  readonly name: string;
  /** The device or controller that does it. */
  readonly owner: string;
  readonly periodUs: number;
  readonly deadlineUs: number;
  readonly band: Band;
  readonly cost: JobCost;
  readonly bus?: string;
}

/**
 * Its own job of every device and controller; the decision of a controller each time its input was measured; the
 * command to an output each time its controller has decided. Lower modes run no more often; the shortest deadline and
 * the longest budget of any mode count. Not counted: commands and edges, which come when they come and are short; they are among the
 * slices that a job may wait for.
 */
export function boardWork(config: BoardConfig): readonly Work[] {
  const devices = devicePlans(config);
  const everyUs = new Map(devices.map(({ id, job }) => [id, job.everyMs * 1000]));
  return [
    ...devices.map((device) => onAdapter(atExpander(deviceWork(device), device, config), config)),
    ...controllerPlans(config).flatMap((controller) => {
      // An output of another board is that board's work.
      const output = devices.find(({ id }) => id === controller.output.device);
      const inputEveryUs = everyUs.get(controller.input.device) ?? PASSED_EVERY_MS * 1000;
      const work = controllerWork(controller, output, inputEveryUs);
      return work.map((each) =>
        each.owner === output?.id ? onAdapter(atExpander(each, output, config), config) : each,
      );
    }),
  ];
}

function deviceWork({ id, driver, settings, chip, job, modes, criticality = "normal" }: DevicePlan): Work {
  const deadlines = modes.flatMap((mode) => mode.job?.deadlineUs ?? []);
  const budgets = modes.flatMap((mode) => mode.job?.budgetUs ?? []);
  const { cost: most, costFor } = driverNamed(driver);
  const cost = costOf(costFor?.(settings) ?? most, Math.max(job.budgetUs ?? 0, ...budgets));
  return {
    name: id,
    owner: id,
    ...limits(job.everyMs * 1000, Math.min(job.deadlineUs, ...deadlines)),
    band: criticality,
    cost,
    ...(chip !== undefined && { bus: chip.bus }),
  };
}

function controllerWork(
  controller: ControllerPlan,
  output: DevicePlan | undefined,
  inputEveryUs: number,
): Work[] {
  const { id, kind, input, job, criticality: band = "normal" } = controller;
  const own = { owner: id, band, cost: costOf(controllerNamed(kind), job.budgetUs) };
  const [onRelease, onInput] = [job.everyMs * 1000, inputEveryUs].map((us) => limits(us, job.deadlineUs));
  const decisions = [
    { name: id, ...own, ...onRelease! },
    { name: `${id} on ${input.device}`, ...own, ...onInput! },
  ];
  if (output === undefined) return decisions;
  const drive = {
    owner: output.id,
    band: output.criticality ?? "normal",
    cost: costOf(driverNamed(output.driver).cost, output.job.budgetUs),
  };
  return [
    ...decisions,
    { name: `${output.id} for ${id}`, ...drive, ...onRelease! },
    { name: `${output.id} for ${id} on ${input.device}`, ...drive, ...onInput! },
  ];
}

/** An output at a pin of an expander: the guardian's transfers for it are on that bus. */
function atExpander(work: Work, { output }: DevicePlan, { expanders = {} }: BoardConfig): Work {
  const expander = output && expanders[expanderPin(output.line)?.expander ?? ""];
  if (expander === undefined) return work;
  const sample = expanderCost(expanderNamed(expander.chip));
  return { ...work, bus: expander.bus, cost: { ...work.cost, sample } };
}

/** Behind a multiplexer each transfer may have to close all others of the adapter, and opens its channel. */
function onAdapter(work: Work, { buses = {} }: BoardConfig): Work {
  if (work.bus === undefined || channelPlace(work.bus) === undefined) return work;
  const bus = adapterOf(work.bus);
  const selects = Object.keys(buses[bus]?.muxes ?? {}).length;
  const selecting = (stretches: readonly Stretch[] | undefined) =>
    stretches?.map(({ waitUs, transfers }) => ({
      waitUs,
      transfers: transfers.map((size) => ({ ...size, selects })),
    }));
  const start = selecting(work.cost.start);
  const sample = selecting(work.cost.sample);
  return { ...work, bus, cost: { ...work.cost, ...(start && { start }), ...(sample && { sample }) } };
}

/** The declared cost, with the budget of the configuration where that has one. */
function costOf(declared: JobCost, budgetUs = 0): JobCost {
  return budgetUs > 0 ? { ...declared, budgetUs } : declared;
}

function limits(periodUs: number, deadlineUs: number): Pick<Work, "periodUs" | "deadlineUs"> {
  const period = Math.floor(periodUs);
  return { periodUs: period, deadlineUs: Math.min(Math.floor(deadlineUs), period) };
}

/** The stretches of a job; one without transfers where there is no chip. */
export function stretchesOf({ sample = [{ waitUs: 0, transfers: [] }] }: JobCost): readonly Stretch[] {
  return sample;
}
