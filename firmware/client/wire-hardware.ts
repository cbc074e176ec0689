import type { Hardware } from "../contracts/hardware.ts";
import type { I2cTarget } from "../contracts/i2c.ts";
import type { Edge, InputLine, OutputLine } from "../contracts/line.ts";
import type { SpiTarget } from "../contracts/spi.ts";
import type { W1Target } from "../contracts/w1.ts";
import { KIND } from "../transport/frame.ts";
import { I2cClient } from "./i2c-client.ts";
import { InputClient, OutputClient } from "./line-client.ts";
import { Requests } from "./requests.ts";
import { SpiClient } from "./spi-client.ts";
import { W1Client } from "./w1-client.ts";
import type { Wire } from "./wire.ts";

/** Queue, two hops and a transfer, with room for a shared machine that stalls. */
const LIMIT_MS = 250;

/** The numbers that frames use for names. */
export interface WireNames {
  readonly lines: Readonly<Record<string, number>>;
  readonly buses: Readonly<Record<string, number>>;
}

/** `Hardware` over any wire to a guardian. */
export class WireHardware implements Hardware {
  readonly #wire: Wire;
  readonly #requests: Requests;
  readonly #names: WireNames;
  readonly #lineNames = new Map<number, string>();
  #fenced = false;

  constructor(wire: Wire, names: WireNames, limitMs = LIMIT_MS) {
    this.#wire = wire;
    this.#requests = new Requests(wire, limitMs);
    this.#names = names;
    for (const [name, number] of Object.entries(names.lines)) this.#lineNames.set(number, name);
  }

  /** True once the guardian said that this owner was fenced; seen by `poll`. */
  get fenced(): boolean {
    return this.#fenced;
  }

  i2c(bus: string, address: number): I2cTarget {
    return new I2cClient(this.#requests, bus, this.#names.buses[bus], address);
  }

  spi(bus: string, select: number): SpiTarget {
    return new SpiClient(this.#requests, bus, this.#names.buses[bus], select);
  }

  w1(bus: string, place: number): W1Target {
    return new W1Client(this.#requests, bus, this.#names.buses[bus], place);
  }

  output(line: string): OutputLine {
    return new OutputClient(this.#requests, line, this.#names.lines[line]);
  }

  input(line: string): InputLine {
    return new InputClient(this.#requests, line, this.#names.lines[line]);
  }

  get waitedUs(): number {
    return this.#wire.waitedUs;
  }

  endBy(us: number): void {
    this.#requests.endBy(us);
  }

  poll(onEdge: (edge: Edge) => void): void {
    this.#wire.poll((frame) => {
      if (frame.kind === KIND.fenced) this.#fenced = true;
      if (frame.kind !== KIND.edge) return;
      const line = this.#lineNames.get(frame.u16(0));
      if (line !== undefined) onEdge({ line, level: frame.u8(2) > 0 ? 1 : 0, atUs: frame.f64(4) });
    });
  }
}
