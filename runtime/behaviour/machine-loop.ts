/**
 * What a state machine does with one event and with what a handler says to it; it never waits itself.
 */
import type { Checkpoint } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { Tagged } from "./address.ts";
import { expire, type From, isPast, isRequest, refuse, reply, tagOf } from "./exchange.ts";
import { badResult, isWaiting } from "./handler-result.ts";
import {
  type AnyMachine,
  type AnyStep,
  findHandler,
  knownTags,
  type LoopEvent,
  runHandler,
} from "./machine-handlers.ts";
import { MachineLimits } from "./machine-limits.ts";
import { EventQueue, type KeptEvent } from "./machine-queue.ts";
import { isParentExit, isSystem, type Managed, newCounts, serveSystem } from "./managed.ts";
import type { Version } from "./server-module.ts";
import { exitWith } from "./start.ts";
import type { MachinePlace } from "./state-machine-module.ts";
import { type Code, codeOf, type Snapshot, type SystemMessage } from "./system-message.ts";
import type { LimitSnapshot } from "./time-limits.ts";

/** What a machine's snapshot holds as its state. */
export interface MachineSnapshot extends MachinePlace {
  readonly postponed?: readonly KeptEvent[];
  readonly limits?: readonly LimitSnapshot[];
}

/** The message needed no handler. */
const NOTHING_DONE = { nothing: true };
const NEVER = Number.POSITIVE_INFINITY;
const DEFAULT_POSTPONED = 1000;

export class MachineLoop implements Managed, MachinePlace {
  readonly parent: Pid | undefined;
  readonly counts = newCounts();
  state = "";
  data: unknown;
  stopReason: ExitReason | undefined;
  /** A state was entered whose `enter` has not run. */
  toEnter = false;
  readonly #self: Self<unknown>;
  readonly #slot: Code<AnyMachine>;
  readonly #limits = new MachineLimits();
  readonly #queue = new EventQueue();
  readonly #nowUs = () => this.#self.nowUs();
  #module: AnyMachine;
  #busy = false;
  #known: ReturnType<typeof knownTags>;
  /** The state before. */
  #from = "";
  /** The event at hand. */
  #event: LoopEvent | undefined;
  #deadlineUs = NEVER;

  constructor(self: Self<unknown>, slot: Code<AnyMachine>, parent: Pid | undefined) {
    this.#self = self;
    this.#slot = slot;
    this.#module = codeOf(slot);
    this.#known = knownTags(this.#module.states, this.#module.common);
    this.parent = parent;
  }

  get name(): string {
    return this.#module.name;
  }

  /** When a receive has to end because a limit is reached, us. */
  get untilUs(): number {
    return this.#limits.size === 0 ? NEVER : this.#limits.nextUs();
  }

  /** The first step: that of `init`, or the place of a snapshot. */
  open(args: unknown, snapshot: Snapshot | undefined): object | ProcessGenerator<object> {
    if (snapshot === undefined) {
      return this.#module.init(args, this.#self) as object | ProcessGenerator<object>;
    }
    const { postponed = [], limits = [], ...place } = snapshot.state as MachineSnapshot;
    this.#queue.postponed = postponed;
    this.#limits.restore(limits, this.#nowUs());
    return { ...changed(this.#module, snapshot.version, place), resumed: true };
  }

  acceptFirst(given: unknown): void {
    const { state, data, resumed, ...step } = given as AnyStep & { state?: string; resumed?: true };
    this.state = declared(this.#module, state);
    this.#from = this.state;
    this.data = data;
    // Who goes on from a snapshot is in that state already.
    this.toEnter = resumed !== true;
    this.accept(step);
  }

  /** Is there an event that comes before all messages? */
  hasNext(): boolean {
    if (this.#queue.hasNext) return true;
    const limit = this.#limits.takeNext(this.#nowUs);
    if (limit === undefined) return false;
    this.#queue.first([limit]);
    return true;
  }

  handleNext(): unknown {
    const { event, deadlineUs } = this.#queue.take();
    this.#self.work(deadlineUs);
    return this.#dispatch(event, deadlineUs);
  }

  /** Handles a message; `undefined` when a limit is reached. */
  handle(message: unknown): unknown {
    this.#event = undefined;
    if (typeof message === "object" && message !== null) {
      switch ((message as Tagged).type) {
        case "call":
          if (isRequest(message)) return this.#dispatch(message as LoopEvent, this.#self.deadlineUs);
          break;
        case "cast":
          return this.#dispatch(message as LoopEvent, this.#self.deadlineUs);
        case "system":
          if (isSystem(message)) return this.#system(message);
          break;
        case "exit":
          if (isParentExit(message, this.parent)) return { stop: message.reason };
          break;
      }
    } else if (message === undefined) {
      const limit = this.#limits.takeDue(this.#nowUs());
      if (limit !== undefined) return this.#dispatch(limit, NEVER);
    }
    return this.#dispatch({ type: "info", message }, this.#self.deadlineUs);
  }

  /** Carries out what a handler said. Throws `TypeError`, `RangeError` for what it may not say. */
  accept(given: unknown): void {
    if (given === undefined || given === NOTHING_DONE) return;
    const step = given as AnyStep;
    if (typeof step !== "object" || step === null) throw this.#bad(given);
    const { next, events } = step;
    const leaves = next !== undefined && declared(this.#module, next) !== this.state;
    if (leaves) this.#limits.leaveState();
    this.#carryOut(step);
    if (step.postpone === true) this.#putOff();
    if (leaves || step.repeat === true) {
      this.#from = this.state;
      this.toEnter = true;
    }
    if (leaves) {
      this.state = next;
      this.#queue.retry();
    }
    if (events !== undefined) this.#queue.first(events);
  }

  /** Runs `enter` of the state that was entered. */
  enter(): unknown {
    this.toEnter = false;
    this.#event = undefined;
    return this.#module.states[this.state]!.enter?.(this.data, this.#from, this.#self, this.state);
  }

  /** As `accept`; on entering nothing may change the state or bring events. */
  acceptEnter(given: unknown): void {
    const { next, postpone, events } = (given ?? {}) as AnyStep;
    if (next !== undefined || postpone !== undefined || events !== undefined) throw this.#bad(given);
    this.accept(given);
  }

  /** The end: `terminate`, then the exit reason. */
  *close(reason: ExitReason): ProcessGenerator {
    const ending = this.#module.terminate?.(reason, this.state, this.data, this.#self);
    if (isWaiting(ending)) yield* ending;
    exitWith(this.#self, reason);
  }

  snapshot(): Snapshot {
    const { state, data } = this;
    const { postponed } = this.#queue;
    const place: MachineSnapshot = { state, data, postponed, limits: this.#limits.snapshot(this.#nowUs()) };
    return { version: this.#module.version, state: place };
  }

  /** A handler that waits: no checkpoint is taken in it. */
  *during(handler: ProcessGenerator<unknown>): ProcessGenerator<unknown> {
    this.#busy = true;
    const result = yield* handler;
    this.#busy = false;
    return result;
  }

  /** What the version that it came from would go on with. */
  checkpoint(oldVersion: Version): Checkpoint | undefined {
    if (this.#busy) return undefined;
    const module = this.#module;
    const { state, data } = this;
    let place: MachinePlace = { state, data };
    if (module.codeChangeBack !== undefined) place = module.codeChangeBack(oldVersion, place);
    else if (module.codeChange !== undefined && module.version !== oldVersion) return {};
    const { postponed } = this.#queue;
    return { state: { ...place, postponed, limits: this.#limits.snapshot(this.#nowUs()) } };
  }

  replace(given: unknown): void {
    const { state, data, postponed, limits } = given as MachineSnapshot;
    this.state = declared(this.#module, state);
    this.data = data;
    if (postponed !== undefined) this.#queue.postponed = postponed;
    if (limits !== undefined) this.#limits.restore(limits, this.#nowUs());
  }

  changeCode(): void {
    const module = codeOf(this.#slot);
    const { state, data } = changed(module, this.#module.version, { state: this.state, data: this.data });
    this.#module = module;
    this.#known = knownTags(module.states, module.common);
    this.state = state;
    this.data = data;
  }

  #dispatch(event: LoopEvent, deadlineUs: number): unknown {
    const { states, common } = this.#module;
    const handler = findHandler(event, states[this.state]!, common);
    if (handler === undefined) return this.#unhandled(event);
    if (event.type === "call" && isPast(this.#self, deadlineUs)) {
      this.counts.expired++;
      expire(this.#self, event);
      return NOTHING_DONE;
    }
    this.#limits.leaveEvent();
    this.#event = event;
    this.#deadlineUs = deadlineUs;
    return runHandler(handler, event, this, this.#self);
  }

  /** An event without handler: whose fault is it? */
  #unhandled(event: LoopEvent): unknown {
    const { name } = this.#module;
    if (event.type === "info") {
      this.counts.stray++;
      return NOTHING_DONE;
    }
    let what = "";
    if (event.type === "call" || event.type === "cast") {
      const tag = tagOf(event.type === "call" ? event.request : event.message) ?? "";
      if (!this.#known[event.type].has(tag)) {
        this.counts.unknown++;
        if (event.type === "call") refuse(this.#self, event, `${name} knows no such call`);
        return NOTHING_DONE;
      }
      what = ` "${tag}"`;
    } else if (event.type === "limit") {
      what = ` "${event.name}"`;
    }
    throw new TypeError(`${name} has no handler for ${event.type}${what} in state "${this.state}"`);
  }

  /** All of a step but where it leads. */
  #carryOut(step: AnyStep): void {
    for (const key in step) {
      switch (key) {
        case "data":
          if (step.data !== undefined) this.data = step.data;
          break;
        case "reply":
          if (this.#event?.type !== "call") throw this.#bad(step);
          reply(this.#self, this.#event as unknown as From<unknown>, step.reply);
          break;
        case "stateLimit":
        case "eventLimit":
          if (step[key] !== undefined) this.#limits.act(key, step[key], this.#nowUs());
          break;
        case "limits":
          for (const name in step.limits) this.#limits.act({ name }, step.limits[name]!, this.#nowUs());
          break;
        case "stop":
          this.stopReason = step.stop;
          break;
        case "next":
        case "repeat":
        case "postpone":
        case "events":
          break;
        default:
          throw this.#bad(step);
      }
    }
  }

  #putOff(): void {
    if (this.#event === undefined) throw this.#bad({ postpone: true });
    const { postponedCapacity = DEFAULT_POSTPONED } = this.#module;
    if (!this.#queue.putOff(this.#event, this.#deadlineUs, postponedCapacity)) this.counts.dropped++;
  }

  *#system(message: SystemMessage): ProcessGenerator<unknown> {
    const reason = yield* serveSystem(this.#self, message, this);
    return reason === undefined ? NOTHING_DONE : { stop: reason };
  }

  #bad(given: unknown): TypeError {
    const what = this.#event === undefined ? "entering" : `the event ${this.#event.type}`;
    const where = `${this.#module.name}'s handler of ${what} in state "${this.state}"`;
    return badResult(where, given, "a step for that event, or nothing");
  }
}

/** A state that the module has. Throws `TypeError` for another. */
function declared({ name, states }: AnyMachine, state: unknown): string {
  if (typeof state === "string" && Object.hasOwn(states, state)) return state;
  throw new TypeError(`${name} has no state "${String(state)}"`);
}

function changed(module: AnyMachine, oldVersion: number | string, place: MachinePlace): MachinePlace {
  const { state, data } = module.codeChange === undefined ? place : module.codeChange(oldVersion, place);
  return { state: declared(module, state), data };
}
