import type { Backend, BackendSink, FoundLine } from "../contracts/backend.ts";
import type { BusPlan } from "../contracts/bus-plan.ts";
import type { LinuxPlan } from "../contracts/guardian-plan.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { KeptBus } from "./kept-bus.ts";
import type { LinuxBus } from "./linux-bus.ts";
import type { LinuxLines } from "./linux-lines.ts";
import { localFiles } from "./local-files.ts";
import { PwmLines } from "./pwm-lines.ts";
import { RoutedLines } from "./routed-lines.ts";
import { W1Bus } from "./w1-bus.ts";
import { w1Files } from "./w1-files.ts";

/** What a backend needs beside its plan. */
export interface Surroundings {
  /** Monotonic us. */
  now(): number;
  /** Hears, in words for people, of hardware that is away while the board runs. */
  report(why: string): void;
}

/** Real lines and buses: lines answer before each call returns, transfers when the bus is done. */
export class LinuxBackend implements Backend {
  readonly found: readonly FoundLine[];
  readonly debounces: boolean;
  readonly #lines: LinuxLines;
  readonly #buses: readonly LinuxBus[];
  #sink: BackendSink | undefined;

  private constructor(lines: LinuxLines, buses: readonly LinuxBus[]) {
    this.found = lines.found;
    this.debounces = lines.debounces;
    this.#lines = lines;
    this.#buses = buses;
  }

  /**
   * Adopts the outputs. A bus that cannot be opened is tried again at each transfer: lines must be safe whatever
   * buses do. Throws `HardwareError` when the plan asks for a line that is not to be had.
   */
  static async open(plan: HardwarePlan, linux: LinuxPlan, surroundings: Surroundings): Promise<LinuxBackend> {
    const lines = await openLines(plan, linux, surroundings.now);
    const buses = await Promise.all(plan.buses.map((bus) => openBus(bus, linux, surroundings.report)));
    return new LinuxBackend(lines, buses);
  }

  attach(sink: BackendSink): void {
    this.#sink = sink;
    this.#lines.attach(sink);
  }

  drive(line: number, level: number, token: number): void {
    this.#sink!.sensed(token, this.#lines.drive(line, level));
  }

  sense(line: number, token: number): void {
    this.#sink!.sensed(token, this.#lines.sense(line));
  }

  free(line: number): void {
    this.#lines.free(line);
  }

  listen(line: number, on: boolean): void {
    this.#lines.listen(line, on);
  }

  transfer(bus: number, address: number, bytes: Uint8Array, at: number, length: number, readLength: number) {
    this.#buses[bus]!.transfer(address, bytes.subarray(at, at + length), readLength, (status, read, got) => {
      this.#sink?.transferred(bus, status, read, 0, got);
    });
  }

  recover(bus: number): void {
    this.#buses[bus]!.recover((works, why) => this.#sink?.recovered(bus, works, why));
  }

  close(): void {
    this.#sink = undefined;
    this.#lines.close();
    for (const bus of this.#buses) bus.close();
  }
}

/** The bus by its kind, each kind loaded only where it is asked for. */
async function openBus(
  plan: BusPlan,
  { busPins = {} }: LinuxPlan,
  report: Surroundings["report"],
): Promise<LinuxBus> {
  if (plan.spi !== undefined) {
    const { SpiDevBus } = await import("./spi-dev-bus.ts");
    return new SpiDevBus(plan, report);
  }
  if (plan.w1 !== undefined) return new W1Bus(plan, w1Files);
  const bus = new KeptBus(plan, busPins[plan.bus], report);
  void bus.open();
  return bus;
}

/** GPIO lines, and PWM channels where the plan has some. */
async function openLines(plan: HardwarePlan, linux: LinuxPlan, now: () => number): Promise<LinuxLines> {
  const pwm = plan.outputs.filter(({ kind }) => kind === "pwm");
  if (pwm.length === 0) return openGpio(plan, linux, now);
  const outputs = plan.outputs.filter(({ kind }) => kind !== "pwm");
  const parts = [
    { lines: await openGpio({ ...plan, outputs }, linux, now), of: [...outputs, ...plan.inputs] },
  ];
  try {
    parts.push({ lines: await PwmLines.open(pwm, linux.pwm ?? {}), of: pwm });
  } catch (error) {
    parts[0]!.lines.close();
    throw error;
  }
  const all: readonly object[] = [...plan.outputs, ...plan.inputs];
  return new RoutedLines(
    parts.map(({ lines, of }) => ({ lines, numbers: of.map((line) => all.indexOf(line)) })),
    plan.outputs.length,
  );
}

/** Each interface is loaded only where it is asked for: one needs koffi, the other onoff. */
async function openGpio(
  plan: HardwarePlan,
  { backend, places }: LinuxPlan,
  now: () => number,
): Promise<LinuxLines> {
  if (backend === "sysfs") {
    const { SysfsLines } = await import("./sysfs-lines.ts");
    return SysfsLines.open(plan, places, localFiles(), now);
  }
  const { ChardevLines } = await import("./chardev-lines.ts");
  return ChardevLines.open(plan, places);
}
