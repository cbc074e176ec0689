import type { Clock } from "../../runtime/time/clock.ts";
import type { FoundLine } from "../contracts/backend.ts";
import type { LineDrive } from "../contracts/output-plan.ts";
import { headerLine, LINE_NAMES } from "../header-map.ts";
import { Witness } from "./witness.ts";

export type Bias = "pull-up" | "pull-down" | "none";

interface Line {
  direction: "input" | "output";
  bias: Bias;
  /** What the guardian drives, and which levels of it reach the line. */
  driven: number;
  drive: LineDrive;
  /** What the world drives an input to; undefined when nothing does. */
  world: 0 | 1 | undefined;
  level: number;
}

/**
 * The lines of an emulated header. Levels are electrical. The guardian's side configures and drives; the
 * world's side presses buttons (`drive`) and sees what comes out. The witness records output changes only.
 *
 * `onFree` is what happens to outputs when the guardian's descriptors close: `keep` as on Raspberry Pi
 * kernels, `input` as where the line controller resets freed lines.
 */
export class EmulatedLines {
  readonly witness: Witness;
  readonly #clock: Clock;
  readonly #onFree: "keep" | "input";
  readonly #lines = new Map<string, Line>();
  #onEdge: (line: string, level: 0 | 1, atUs: number) => void = () => {};
  #onOutput: (line: string, level: number, atUs: number) => void = () => {};

  constructor(options: {
    readonly clock: Clock;
    readonly onFree?: "keep" | "input";
    readonly witness?: Witness;
  }) {
    this.#clock = options.clock;
    this.#onFree = options.onFree ?? "keep";
    this.witness = options.witness ?? new Witness();
    for (const line of LINE_NAMES) {
      const bias = headerLine(line).pull === "up" ? "pull-up" : "pull-down";
      const level = bias === "pull-up" ? 1 : 0;
      this.#lines.set(line, {
        direction: "input",
        bias,
        driven: 0,
        drive: "push-pull",
        world: undefined,
        level,
      });
    }
  }

  /** Where edges of inputs go: the guardian's side. */
  onEdge(listener: (line: string, level: 0 | 1, atUs: number) => void): void {
    this.#onEdge = listener;
  }

  /** Where output changes go: the model of the world. */
  onOutput(listener: (line: string, level: number, atUs: number) => void): void {
    this.#onOutput = listener;
  }

  /** What a line is found at; undefined when the header has no such line. */
  find(name: string): FoundLine | undefined {
    const line = this.#lines.get(name);
    return line && { driven: line.direction === "output", level: line.level };
  }

  /** Guardian: requests an input with a bias. */
  input(name: string, bias: Bias): void {
    const line = this.#line(name);
    line.bias = bias;
    this.#free(name, line);
  }

  /** Guardian: makes the line an output at this level, without a glitch; returns the level read back. */
  output(name: string, level: number): number {
    const line = this.#line(name);
    line.direction = "output";
    line.driven = level;
    this.#settle(name, line);
    return line.level;
  }

  /** Guardian: how the line drives from its next level on. The resistor that an open line needs is in this world. */
  drives(name: string, drive: LineDrive): void {
    this.#line(name).drive = drive;
  }

  sense(name: string): number {
    return this.#line(name).level;
  }

  /** Guardian: the line becomes an input and floats to its bias. */
  free(name: string): void {
    this.#free(name, this.#line(name));
  }

  /** The guardian's descriptors closed. */
  guardianGone(): void {
    if (this.#onFree === "keep") return;
    for (const [name, line] of this.#lines) if (line.direction === "output") this.#free(name, line);
  }

  /** World: drives an input, or lets go of it with `undefined`; `atUs` where that was a moment ago. */
  drive(name: string, level: 0 | 1 | undefined, atUs?: number): void {
    const line = this.#line(name);
    line.world = level;
    this.#settle(name, line, line.direction === "output", atUs);
  }

  /** Level of every line. */
  levels(): Record<string, number> {
    return Object.fromEntries([...this.#lines].map(([name, { level }]) => [name, level]));
  }

  #line(name: string): Line {
    const line = this.#lines.get(name);
    if (line === undefined) throw new RangeError(`the header has no line ${name}`);
    return line;
  }

  #free(name: string, line: Line): void {
    const wasOutput = line.direction === "output";
    line.direction = "input";
    this.#settle(name, line, wasOutput);
  }

  #settle(name: string, line: Line, asOutput = line.direction === "output", atUs = this.#clock.now()): void {
    const before = line.level;
    const undriven = line.bias === "pull-up" ? 1 : line.bias === "pull-down" ? 0 : before > 0 ? 1 : 0;
    line.level = line.direction === "output" ? drivenLevel(line) : (line.world ?? undriven);
    if (line.level === before) return;
    if (asOutput) {
      this.witness.record({ line: name, level: line.level, atUs });
      this.#onOutput(name, line.level, atUs);
    } else {
      this.#onEdge(name, line.level > 0 ? 1 : 0, atUs);
    }
  }
}

/** What an output comes to: where it lets go, what the world drives, or else its resistor. */
function drivenLevel({ drive, driven, world }: Line): number {
  const letsGo = (drive === "open-drain" && driven > 0) || (drive === "open-source" && driven === 0);
  return letsGo ? (world ?? driven) : driven;
}
