import type { FoundLine } from "../contracts/backend.ts";
import type { LinePlace } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import type { HardwarePlan, InputPlan, OutputPlan } from "../contracts/output-plan.ts";
import { wantedEdges } from "../wanted-edges.ts";
import { EdgeWatch } from "./edge-watch.ts";
import { GpioChip } from "./gpio-chip.ts";
import type { LineConfig } from "./gpio-uapi.ts";
import type { LineRequest } from "./line-request.ts";
import type { EdgeSink, LinuxLines } from "./linux-lines.ts";
import { placeOf } from "./place-of.ts";
import { SystemCallError } from "./system-calls.ts";

/** Who `gpioinfo` says the lines belong to. */
const CONSUMER = "holdfast";
/** Edges of one line that the kernel keeps while the guardian is busy; a bouncing contact makes about ten. */
const EVENT_BUFFER = 64;
/** The same of a line whose pulses are counted, the most there is: 100 ms of 10 kHz, 48 KB in the kernel. */
const PULSE_BUFFER = 1024;

interface Open {
  readonly request: LineRequest;
  output: boolean;
}

/**
 * Lines through the GPIO character device. Each line is a request of its own, so that one that fails takes no
 * other with it; an output is requested as it is, its level read, and only then configured with a level.
 */
export class ChardevLines implements LinuxLines {
  readonly found: FoundLine[] = [];
  readonly #lines: Open[] = [];
  readonly #outputs: number;
  readonly debounces = true;
  readonly #drives: readonly OutputPlan["drive"][];
  readonly #inputs: readonly InputPlan[];
  /** Number of the last event of each input; NaN when the next one begins anew. */
  readonly #sequences: number[] = [];
  #watch: EdgeWatch | undefined;

  private constructor({ outputs, inputs }: HardwarePlan) {
    this.#outputs = outputs.length;
    this.#drives = outputs.map(({ drive }) => drive);
    this.#inputs = inputs;
  }

  /** Throws `HardwareError` for a chip or line that is not there or not free; nothing is left requested then. */
  static open(plan: HardwarePlan, places: Readonly<Record<string, LinePlace>>): ChardevLines {
    const lines = new ChardevLines(plan);
    const chips = new Map<string, GpioChip>();
    try {
      for (const { line, kind } of plan.outputs) {
        if (kind === "pwm") throw new HardwareError(`${line}: PWM is not a GPIO line`);
        lines.#openOutput(chipOf(chips, line, placeOf(places, line)), line, placeOf(places, line).offset);
      }
      for (const input of plan.inputs) {
        const place = placeOf(places, input.line);
        lines.#openInput(chipOf(chips, input.line, place), input, place.offset);
      }
      return lines;
    } catch (error) {
      lines.close();
      throw error;
    } finally {
      for (const chip of chips.values()) chip.close();
    }
  }

  attach(sink: EdgeSink): void {
    const inputs = this.#lines.slice(this.#outputs);
    if (inputs.length === 0) return;
    this.#watch = new EdgeWatch(
      inputs.map(({ request }) => request.fd),
      (index) => {
        inputs[index]!.request.readEvents(({ level, atUs, sequence }) => {
          const lost = sequence - (this.#sequences[index] ?? 0) - 1;
          this.#sequences[index] = sequence;
          if (lost > 0) sink.edgesLost(this.#outputs + index, lost);
          sink.edge(this.#outputs + index, level, atUs - restUs(this.#inputs[index]!));
        });
      },
    );
  }

  drive(line: number, level: number): number {
    const open = this.#lines[line]!;
    return attempt(() => {
      if (open.output) open.request.drive(0, level);
      else open.request.configure({ direction: "output", levels: [level], ...driveOf(this.#drives[line]) });
      open.output = true;
      return open.request.level(0);
    });
  }

  sense(line: number): number {
    return attempt(() => this.#lines[line]!.request.level(0));
  }

  free(line: number): void {
    const open = this.#lines[line]!;
    attempt(() => {
      open.request.configure({ direction: "input" });
      open.output = false;
      return 0;
    });
  }

  listen(line: number, on: boolean): void {
    const index = line - this.#outputs;
    const { edges, ...quiet } = inputConfig(this.#inputs[index]!);
    this.#sequences[index] = NaN;
    attempt(() => {
      this.#lines[line]!.request.configure(on ? { ...quiet, ...(edges && { edges }) } : quiet);
      return 0;
    });
  }

  close(): void {
    this.#watch?.close();
    for (const { request } of this.#lines) request.close();
    this.#lines.length = 0;
  }

  #openOutput(chip: GpioChip, line: string, offset: number): void {
    const request = requested(chip, line, offset, () =>
      chip.request([offset], CONSUMER, { direction: "as-is" }),
    );
    this.#lines.push({ request, output: false });
    // Only a request makes the kernel ask the chip: until then it may tell what the line's last owner made of it,
    // although the chip let the line go (pinctrl-bcm2835 in Linux 6.1).
    const driven = chip.line(offset).direction === "output";
    this.found.push({ driven, level: request.level(0) });
  }

  #openInput(chip: GpioChip, plan: InputPlan, offset: number): void {
    const request = requested(chip, plan.line, offset, () =>
      chip.request([offset], CONSUMER, inputConfig(plan), plan.counts ? PULSE_BUFFER : EVENT_BUFFER),
    );
    this.#lines.push({ request, output: false });
  }
}

function driveOf(drive: OutputPlan["drive"]): Pick<LineConfig, "drive"> {
  return drive === undefined || drive === "push-pull" ? {} : { drive };
}

function inputConfig(plan: InputPlan): LineConfig {
  const debounceUs = restUs(plan);
  return {
    direction: "input",
    bias: plan.bias,
    edges: wantedEdges(plan),
    ...(debounceUs > 0 && { debounceUs }),
  };
}

/**
 * The kernel stamps a debounced edge when the line has rested; it is told with the time the rest began
 * (gpiolib-cdev.c, debounce_work_func). A chip that debounces by itself would stamp earlier: no chip of a Pi does.
 */
function restUs({ debounceMs = 0 }: InputPlan): number {
  return Math.round(debounceMs * 1000);
}

function chipOf(chips: Map<string, GpioChip>, line: string, { chip: label, offset }: LinePlace): GpioChip {
  const chip = chips.get(label) ?? explained(line, () => GpioChip.find(label));
  if (chip === undefined) throw new HardwareError(`${line}: no GPIO chip is labelled "${label}"`);
  chips.set(label, chip);
  if (offset < chip.info.lines) return chip;
  throw new HardwareError(`${line}: ${label} has ${chip.info.lines} lines, there is no number ${offset}`);
}

/** A refused request in words. */
function requested(chip: GpioChip, line: string, offset: number, request: () => LineRequest): LineRequest {
  return explained(line, request, () => {
    const { consumer } = chip.line(offset);
    const who = consumer === "" ? "somebody else" : `"${consumer}"`;
    return `in use by ${who}; end that program or overlay, or use another line`;
  });
}

/** What the kernel refuses while lines are opened is for people: with the line, and with what helps. */
function explained<T>(line: string, work: () => T, inUse: () => string = () => "in use"): T {
  try {
    return work();
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    if (code === "EBUSY") throw new HardwareError(`${line}: ${inUse()}`);
    if (code === "EACCES" || code === "EPERM") {
      const help = "the user must be in the group gpio (sudo usermod -aG gpio <user>)";
      throw new HardwareError(`${line}: no right to /dev/gpiochip*; ${help}`);
    }
    if (code === "ENOTTY" || code === "EINVAL") {
      const help = "Linux 5.10 or newer is wanted, and a chip that can do what is asked";
      throw new HardwareError(`${line}: ${message}; ${help}`);
    }
    throw error;
  }
}

/** A line that fails while the board runs is the guardian's to judge: it reads NaN. */
function attempt(work: () => number): number {
  try {
    return work();
  } catch (error) {
    if (error instanceof SystemCallError) return NaN;
    throw error;
  }
}
