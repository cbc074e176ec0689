/** The real guardian over emulated metal whose faults a test sets, seen from the outside. Times in ms. */
import { Mcp23017Chip } from "../../../devices/chips/mcp23017.ts";
import { LocalGuardian } from "../../../firmware/client/local-hardware.ts";
import type { WireHardware } from "../../../firmware/client/wire-hardware.ts";
import type { BackendSink, FoundLine } from "../../../firmware/contracts/backend.ts";
import { EmulatedBus } from "../../../firmware/emulated/emulated-bus.ts";
import { EmulatedLines } from "../../../firmware/emulated/emulated-lines.ts";
import { LocalBackend } from "../../../firmware/emulated/local-backend.ts";
import type { KeptOnTimes } from "../../../firmware/guardian/on-time.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { EXPANDER_ADDRESS, policyPlan, RAIL } from "./plan.ts";

/** What an output does, as a meter at its pin says. */
export interface Seen {
  readonly driven: boolean;
  /** Electrical. */
  readonly level: number;
}

export class PolicyBoard {
  readonly clock = new HandClock();
  readonly events: string[] = [];
  readonly #lines = new EmulatedLines({ clock: this.clock });
  readonly #bus = new EmulatedBus();
  readonly #chip = new Mcp23017Chip();
  readonly #stuck = new Map<string, 0 | 1>();
  readonly #kept = new Map<string, string>();
  #unplugged = false;
  #local!: LocalGuardian;

  constructor() {
    this.#bus.attach(EXPANDER_ADDRESS, this.#chip);
    this.restart();
  }

  get now(): number {
    return this.clock.now() / 1000;
  }

  get guardian(): LocalGuardian["guardian"] {
    return this.#local.guardian;
  }

  grant(owner: number, epoch: number, outputs: readonly string[]): WireHardware {
    return this.#local.grant({ owner, epoch, outputs, inputs: [], i2c: [] });
  }

  /** The guardian was killed; the next one finds the metal as it is. */
  restart(): void {
    const onTimes: KeptOnTimes = {
      before: ({ line }) => JSON.parse(this.#kept.get(line) ?? "null") ?? undefined,
      keep: (line, record) => void this.#kept.set(line, JSON.stringify(record)),
    };
    this.#local = new LocalGuardian(policyPlan, {
      clock: this.clock,
      backend: new ShortedBackend(this.#lines, this.#bus, this.#stuck),
      onTimes,
      onEvent: (event) => void this.events.push("line" in event ? `${event.kind} ${event.line}` : event.kind),
    });
    // A line may be found on whose time is up: its loop looks before it waits for anything.
    this.guardian.expire();
  }

  /** Time goes by, from one thing that is due to the next. */
  passMs(ms: number, each: () => void): void {
    const endUs = this.clock.us + ms * 1000;
    for (let next = this.guardian.nextUs; next <= endUs; next = this.guardian.nextUs) {
      this.clock.us = Math.max(this.clock.us, next);
      this.guardian.expire();
      each();
    }
    this.clock.us = endUs;
  }

  /** A short circuit keeps a line at this level whatever is driven; undefined ends it. */
  stick(line: string, level: 0 | 1 | undefined): void {
    if (level === undefined) this.#stuck.delete(line);
    else this.#stuck.set(line, level);
  }

  unplug(unplugged: boolean): void {
    this.#unplugged = unplugged;
    this.#bus.setFault(EXPANDER_ADDRESS, unplugged ? { kind: "unplugged" } : undefined);
  }

  get unplugged(): boolean {
    return this.#unplugged;
  }

  stuck(line: string): 0 | 1 | undefined {
    return this.#stuck.get(line);
  }

  get railOn(): boolean {
    const { driven, level } = this.seen(RAIL);
    return driven && level === 1;
  }

  seen(line: string): Seen {
    const pin = policyPlan.expanders[0].outputs.find((output) => output.line === line)?.pin;
    if (pin !== undefined) {
      const level = this.#chip.level(pin);
      return { driven: level !== undefined, level: level ?? 0 };
    }
    const { driven = false, level = 0 } = this.#lines.find(line) ?? {};
    const stuck = this.#stuck.get(line);
    return { driven: driven || stuck !== undefined, level: stuck ?? level };
  }
}

/** Emulated metal with short circuits between the pin of a line and the world. */
class ShortedBackend extends LocalBackend {
  override readonly found: readonly FoundLine[];
  readonly #names = policyPlan.outputs.map(({ line }) => line);
  readonly #stuck: ReadonlyMap<string, 0 | 1>;
  #sink: BackendSink | undefined;

  constructor(lines: EmulatedLines, bus: EmulatedBus, stuck: ReadonlyMap<string, 0 | 1>) {
    super(policyPlan, { lines, buses: { "i2c-1": bus } });
    this.#stuck = stuck;
    this.found = this.#names.map((name) => {
      const { driven = false, level = 0 } = lines.find(name) ?? {};
      return { driven: driven || stuck.has(name), level: stuck.get(name) ?? level };
    });
  }

  override attach(sink: BackendSink): void {
    this.#sink = sink;
    super.attach(sink);
  }

  override drive(line: number, level: number, token: number): void {
    const stuck = this.#stuck.get(this.#names[line]!);
    if (stuck === undefined) super.drive(line, level, token);
    else this.#sink!.sensed(token, stuck);
  }
}
