import {
  type InputLine,
  LineError,
  type LineErrorCode,
  type OutputLine,
  type Pulses,
} from "../contracts/line.ts";
import type { Answer, Requests } from "./requests.ts";

/** An output behind the guardian. `number` is the line on the wire; undefined when there is no such line. */
export class OutputClient implements OutputLine {
  readonly line: string;
  readonly #requests: Requests;
  readonly #number: number | undefined;

  constructor(requests: Requests, line: string, number: number | undefined) {
    this.line = line;
    this.#requests = requests;
    this.#number = number;
  }

  write(level: number): number {
    return levelOf(this.line, this.#requests.write(granted(this.line, this.#number), level));
  }

  renew(): void {
    levelOf(this.line, this.#requests.renew(granted(this.line, this.#number)));
  }

  read(): number {
    return levelOf(this.line, this.#requests.read(granted(this.line, this.#number)));
  }
}

/** An input behind the guardian. */
export class InputClient implements InputLine {
  readonly line: string;
  readonly #requests: Requests;
  readonly #number: number | undefined;

  constructor(requests: Requests, line: string, number: number | undefined) {
    this.line = line;
    this.#requests = requests;
    this.#number = number;
  }

  read(): 0 | 1 {
    return levelOf(this.line, this.#requests.read(granted(this.line, this.#number))) > 0 ? 1 : 0;
  }

  pulses(): Pulses {
    const { status, frame } = this.#requests.pulses(granted(this.line, this.#number));
    if (status !== "ok") throw new LineError(status as LineErrorCode, this.line);
    const lastUs = frame!.f64(24);
    return {
      count: frame!.f64(0),
      lost: frame!.f64(8),
      gaps: frame!.f64(16),
      lastUs: Number.isNaN(lastUs) ? undefined : lastUs,
    };
  }
}

function granted(line: string, number: number | undefined): number {
  if (number === undefined) throw new LineError("not_owner", line, "no such line");
  return number;
}

function levelOf(line: string, { status, frame }: Answer): number {
  if (status !== "ok") throw new LineError(status as LineErrorCode, line);
  return frame!.payloadLength >= 8 ? frame!.f64(0) : 0;
}
