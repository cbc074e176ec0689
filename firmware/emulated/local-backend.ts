import type { Backend, BackendSink, FoundLine } from "../contracts/backend.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { EmulatedBus } from "./emulated-bus.ts";
import type { EmulatedLines } from "./emulated-lines.ts";
import type { WireBus } from "./wire-bus.ts";

/**
 * Emulated lines and buses in the guardian's own thread: answers before each call returns.
 * A slow chip passes its time through `wait` (a virtual clock's), which by default takes none.
 */
export class LocalBackend implements Backend {
  readonly found: readonly FoundLine[];
  readonly #names: string[];
  readonly #lines: EmulatedLines;
  readonly #buses: (EmulatedBus | WireBus)[];
  readonly #wait: (us: number) => void;
  /** Lines whose edges nobody wants. */
  readonly #deaf = new Set<number>();
  readonly debounces = false;
  #sink: BackendSink | undefined;

  /** Throws RangeError when the plan names a line or bus that is not emulated. */
  constructor(
    plan: HardwarePlan,
    options: {
      readonly lines: EmulatedLines;
      readonly buses: Readonly<Record<string, EmulatedBus>>;
      /** Buses that are no I2C. */
      readonly wires?: Readonly<Record<string, WireBus>>;
      wait?(us: number): void;
    },
  ) {
    this.#lines = options.lines;
    this.#wait = options.wait ?? (() => {});
    this.#names = [...plan.outputs, ...plan.inputs].map(({ line }) => line);
    this.found = plan.outputs.map(({ line }) => known(this.#lines.find(line), `line ${line}`));
    this.#buses = plan.buses.map(({ bus }) =>
      known(options.buses[bus] ?? options.wires?.[bus], `bus ${bus}`),
    );
    for (const { line, drive = "push-pull" } of plan.outputs) this.#lines.drives(line, drive);
    for (const { line, bias } of plan.inputs) this.#lines.input(line, bias);
  }

  attach(sink: BackendSink): void {
    this.#sink = sink;
    this.#lines.onEdge((name, level, atUs) => {
      const line = this.#names.indexOf(name);
      if (line >= 0 && !this.#deaf.has(line)) sink.edge(line, level, atUs);
    });
  }

  drive(line: number, level: number, token: number): void {
    this.#sink!.sensed(token, this.#lines.output(this.#names[line]!, level));
  }

  sense(line: number, token: number): void {
    this.#sink!.sensed(token, this.#lines.sense(this.#names[line]!));
  }

  free(line: number): void {
    this.#lines.free(this.#names[line]!);
  }

  listen(line: number, on: boolean): void {
    if (on) this.#deaf.delete(line);
    else this.#deaf.add(line);
  }

  transfer(bus: number, address: number, bytes: Uint8Array, at: number, length: number, readLength: number) {
    const outcome = this.#buses[bus]!.transfer(address, bytes.slice(at, at + length), readLength);
    if (outcome.slowMs > 0) this.#wait(outcome.slowMs * 1000);
    this.#sink!.transferred(bus, outcome.status, outcome.bytes, 0, outcome.bytes.length);
  }

  recover(bus: number): void {
    this.#sink!.recovered(bus, this.#buses[bus]!.recover());
  }

  close(): void {
    this.#lines.guardianGone();
  }
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new RangeError(`the emulated board has no ${what}`);
  return found;
}
