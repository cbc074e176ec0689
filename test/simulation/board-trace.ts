/**
 * What a simulated board did, as lines that a story is compared with: `12.000 climate mode reduced: address_nak ...`.
 *
 * The trace has events, changes of output lines as an outside observer sees them, and changes of a reading's
 * quality; the journal, where it is asked for, has every reading and state patch as well. Seconds of simulated time.
 */
import type { ReadingMessage } from "../../devices/handler/contracts.ts";
import type { BoardEvent, StatePatch, TelemetryMessage } from "../../devices/handler/messages.ts";
import type { Mode } from "../../devices/handler/mode.ts";
import type { WitnessRecord } from "../../firmware/emulated/witness.ts";

export class BoardTrace {
  readonly #nowUs: () => number;
  readonly #follow: (reading: ReadingMessage) => void;
  readonly #states = new Map<string, StatePatch>();
  readonly #readings = new Map<string, ReadingMessage>();
  readonly #lines: string[] = [];
  readonly #journal: string[] | undefined;
  #told = 0;

  constructor(nowUs: () => number, follow: (reading: ReadingMessage) => void, journal: boolean) {
    this.#nowUs = nowUs;
    this.#follow = follow;
    this.#journal = journal ? [] : undefined;
  }

  /** The whole story so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Everything, in order; empty unless asked for. */
  get journal(): readonly string[] {
    return this.#journal ?? [];
  }

  /** Lines since the last call: what happened, and that nothing else did. */
  news(): readonly string[] {
    const news = this.#lines.slice(this.#told);
    this.#told = this.#lines.length;
    return news;
  }

  state(device: string): StatePatch {
    return this.#states.get(device) ?? {};
  }

  mode(device: string): Mode | "starting" | undefined {
    return this.state(device).mode;
  }

  /** The latest of `climate.temperature`. */
  reading(name: string): ReadingMessage | undefined {
    return this.#readings.get(name);
  }

  take(message: TelemetryMessage): void {
    this.#journal?.push(`${this.#seconds()} ${JSON.stringify(message)}`);
    switch (message.type) {
      case "reading":
        this.#takeReading(message);
        break;
      case "state":
        this.#states.set(message.device, { ...this.state(message.device), ...message.patch });
        break;
      case "event":
        this.#say(describeEvent(message.event));
        break;
      case "refused":
        this.#say(`${message.device} refused: ${message.reason}`);
        break;
      case "timing":
        break;
    }
  }

  /** A line changed its level; the guardian did it, whoever wanted it. */
  output({ line, level }: WitnessRecord): void {
    this.#journal?.push(`${this.#seconds()} ${line} ${level}`);
    this.#say(`${line} = ${level}`);
  }

  #takeReading(message: ReadingMessage): void {
    const name = `${message.device}.${message.reading}`;
    const before = this.#readings.get(name);
    this.#readings.set(name, message);
    this.#follow(message);
    if (before?.quality !== message.quality) this.#say(`${name} ${message.quality}`);
  }

  #say(what: string): void {
    this.#lines.push(`${this.#seconds()} ${what}`);
  }

  #seconds(): string {
    return (this.#nowUs() / 1e6).toFixed(3);
  }
}

function describeEvent({ kind, device, cause, ...details }: BoardEvent): string {
  const { mode, level, line, atUs: _, why: __, ...others } = details;
  const words = [device, kind, mode, line, level];
  // Where it went is `mode`, where it came from is in the line before, and `why` is the cause as data.
  const said = Object.entries(others).filter(
    ([name]) => kind !== "mode" || (name !== "from" && name !== "to"),
  );
  const rest = said.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const text = [...words.filter((word) => word !== undefined), ...rest].join(" ");
  return cause === undefined || cause === null ? text : `${text}: ${cause}`;
}
