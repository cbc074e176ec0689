/** What a cell is given instead of devices files: lines and chips by name, all of them owned by the guardian. */
import type { I2cTarget } from "./i2c.ts";
import type { Edge, InputLine, OutputLine } from "./line.ts";
import type { SpiTarget } from "./spi.ts";
import type { W1Target } from "./w1.ts";

export interface Hardware {
  /** `bus` as named in the configuration; 7-bit address. Unknown or not granted: every transfer throws `refused`. */
  i2c(bus: string, address: number): I2cTarget;
  /** As `i2c`, by chip select. */
  spi(bus: string, select: number): SpiTarget;
  /** As `i2c`, by the device's place on its bus. */
  w1(bus: string, place: number): W1Target;
  output(line: string): OutputLine;
  input(line: string): InputLine;
  /** Time spent waiting for answers so far, us. */
  readonly waitedUs: number;
  /** Requests from here on end by `us` at the latest (`timeout`), also where they may take longer by themselves; `Infinity`: no more. */
  endBy(us: number): void;
  /** Hands over edges that arrived since the last call; never waits. */
  poll(onEdge: (edge: Edge) => void): void;
}
