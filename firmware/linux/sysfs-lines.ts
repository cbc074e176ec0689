import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FoundLine } from "../contracts/backend.ts";
import type { LinePlace } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import type { EdgeSink, LinuxLines } from "./linux-lines.ts";
import { placeOf } from "./place-of.ts";
import { sysfsChip } from "./sysfs-chip.ts";

const ROOT = "/sys/class/gpio";

/** What is used of onoff's `Gpio`, which brings its own types only where it is installed. */
interface Gpio {
  readSync(): 0 | 1;
  writeSync(level: 0 | 1): void;
  direction(): "in" | "out";
  setDirection(direction: "in" | "high" | "low"): void;
  setEdge(edge: "none" | "both"): void;
  watch(callback: (error: Error | null | undefined, level: 0 | 1) => void): void;
  unexport(): void;
}
type GpioClass = new (number: number, direction: "in" | "high" | "low", edge?: "both") => Gpio;

interface Open {
  readonly number: number;
  /** Undefined for an output that nobody has driven: it stays as it was found. */
  gpio: Gpio | undefined;
}

/**
 * Lines through /sys/class/gpio and onoff, for systems whose configuration asks for it. It has no bias, no
 * debounce, no time stamps of the kernel (an edge is as old as its way through the event loop) and shows only the
 * last of several quick edges. Lines stay exported, and outputs at their level, when the guardian ends.
 */
export class SysfsLines implements LinuxLines {
  readonly found: FoundLine[] = [];
  readonly debounces = false;
  readonly #Gpio: GpioClass;
  readonly #now: () => number;
  readonly #lines: Open[] = [];
  readonly #outputs: number;

  private constructor(outputs: number, now: () => number) {
    this.#Gpio = loadOnoff();
    this.#outputs = outputs;
    this.#now = now;
  }

  /**
   * `now`: monotonic us. Throws `HardwareError` for a chip, line or setting that this interface does not have.
   */
  static open(
    plan: HardwarePlan,
    places: Readonly<Record<string, LinePlace>>,
    files: SystemFiles,
    now: () => number,
  ): SysfsLines {
    const lines = new SysfsLines(plan.outputs.length, now);
    for (const { line, kind, drive = "push-pull" } of plan.outputs) {
      if (drive !== "push-pull") {
        throw new HardwareError(`${line}: sysfs cannot drive ${drive}; use backend "chardev", or push-pull`);
      }
      if (kind === "pwm") throw new HardwareError(`${line}: PWM is not a GPIO line`);
      lines.#openOutput(numberOf(files, line, placeOf(places, line)), line);
    }
    for (const { line, bias, glitchFilterMs, counts } of plan.inputs) {
      const refuse = (what: string, help: string) => {
        throw new HardwareError(`${line}: sysfs ${what}; use backend "chardev"${help}`);
      };
      if (bias !== "none") refuse(`cannot set a bias (${bias})`, ', or bias "none" and a resistor');
      if (counts === true) refuse("does not tell how many pulses ran into one", "");
      if (glitchFilterMs !== undefined) refuse("has no time stamps to filter by", ", or a debounce");
      lines.#openInput(numberOf(files, line, placeOf(places, line)), line);
    }
    return lines;
  }

  attach(sink: EdgeSink): void {
    for (const [index, { gpio }] of this.#lines.entries()) {
      if (index < this.#outputs || gpio === undefined) continue;
      let last = gpio.readSync();
      gpio.watch((error, level) => {
        if (error) return;
        if (level === last) return sink.edgesLost(index, 2);
        last = level;
        sink.edge(index, level, this.#now());
      });
    }
  }

  drive(line: number, level: number): number {
    const open = this.#lines[line]!;
    return attempt(() => {
      if (open.gpio === undefined || open.gpio.direction() === "in") {
        open.gpio ??= new this.#Gpio(open.number, level > 0 ? "high" : "low");
        open.gpio.setDirection(level > 0 ? "high" : "low");
      } else {
        open.gpio.writeSync(level > 0 ? 1 : 0);
      }
      return open.gpio.readSync();
    });
  }

  sense(line: number): number {
    const { gpio, number } = this.#lines[line]!;
    return attempt(() => (gpio === undefined ? levelOf(number) : gpio.readSync()));
  }

  free(line: number): void {
    attempt(() => {
      this.#lines[line]!.gpio?.setDirection("in");
      return 0;
    });
  }

  listen(line: number, on: boolean): void {
    attempt(() => {
      this.#lines[line]!.gpio?.setEdge(on ? "both" : "none");
      return 0;
    });
  }

  /** Inputs are given back; outputs stay exported at their levels for whoever comes next. */
  close(): void {
    for (const { gpio } of this.#lines.slice(this.#outputs)) gpio?.unexport();
    this.#lines.length = 0;
  }

  #openOutput(number: number, line: string): void {
    exportLine(number, line);
    const driven = readFileSync(`${ROOT}/gpio${number}/direction`, "utf8").trim() === "out";
    this.found.push({ driven, level: levelOf(number) });
    this.#lines.push({ number, gpio: undefined });
  }

  #openInput(number: number, line: string): void {
    exportLine(number, line);
    this.#lines.push({ number, gpio: new this.#Gpio(number, "in", "both") });
  }
}

function numberOf(files: SystemFiles, line: string, { chip: label, offset }: LinePlace): number {
  const chip = sysfsChip(files, label);
  if (chip === undefined) {
    const help = 'use backend "chardev": newer systems have no sysfs for GPIO';
    throw new HardwareError(`${line}: no chip labelled "${label}" in ${ROOT}; ${help}`);
  }
  if (offset < chip.lines) return chip.base + offset;
  throw new HardwareError(`${line}: ${label} has ${chip.lines} lines, there is no number ${offset}`);
}

/** Asks for the line without touching its direction, which onoff's constructor would set. */
function exportLine(number: number, line: string): void {
  if (existsSync(`${ROOT}/gpio${number}`)) return;
  try {
    writeFileSync(`${ROOT}/export`, `${number}`);
  } catch (error) {
    const help = REFUSALS[(error as { code?: string }).code ?? ""];
    if (help === undefined) throw error;
    throw new HardwareError(`${line}: ${help}`);
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  EBUSY: "in use by somebody else; end that program or overlay, or use another line",
  EACCES: `no right to ${ROOT}; the user must be in the group gpio (sudo usermod -aG gpio <user>)`,
};

function levelOf(number: number): number {
  return Number(readFileSync(`${ROOT}/gpio${number}/value`, "utf8"));
}

/** onoff needs a compiler where it is installed, so it may be missing; its own interface is CommonJS. */
function loadOnoff(): GpioClass {
  try {
    return (createRequire(import.meta.url)("onoff") as { Gpio: GpioClass }).Gpio;
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    throw new HardwareError(`backend "sysfs" needs the package onoff (npm ci with a compiler): ${why}`);
  }
}

/** A line that fails while the board runs is the guardian's to judge: it reads NaN. */
function attempt(work: () => number): number {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "errno" in error) return NaN;
    throw error;
  }
}
