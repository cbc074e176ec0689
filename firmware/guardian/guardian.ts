import type { Clock } from "../../runtime/time/clock.ts";
import type { Backend, BackendSink, BusStatus } from "../contracts/backend.ts";
import type { Grant, Granted, GuardianEvent, OwnerEpoch, Takeover } from "../contracts/control.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { type FrameReader, FrameWriter, KIND } from "../transport/frame.ts";
import { encodeStatus, type Status } from "../transport/status.ts";
import { type BusAnswers, BusOwner, type Transfer } from "./bus-owner.ts";
import { Output, type OutputEffects } from "./output.ts";
import { Owners } from "./owners.ts";
import { PendingCalls } from "./pending.ts";
import { planProblems } from "./plan-problems.ts";
import { Refusals } from "./refusals.ts";

/** Where the guardian's answers and news go. */
export interface GuardianSinks {
  /** A frame for the runtime, borrowed for the call. */
  send(frame: FrameWriter): void;
  event(event: GuardianEvent): void;
}

/** Line calls that may be under way at once; more are refused. */
const MAX_UNDER_WAY = 512;

/**
 * The guardian without its processes: owners, policies, lines and buses. Pure but for the backend; time comes
 * from the clock, timers through `nextUs` and `expire`. The caller hands over fences before requests.
 */
export class Guardian implements BackendSink, OutputEffects, BusAnswers {
  readonly #clock: Clock;
  readonly #backend: Backend;
  readonly #sinks: GuardianSinks;
  readonly #plan: HardwarePlan;
  readonly #outputs: Output[];
  readonly #buses: BusOwner[];
  readonly #owners: Owners;
  readonly #pending = new PendingCalls();
  readonly #refusals: Refusals;
  readonly #frame = new FrameWriter();
  readonly #slots: number;
  #incarnation = 0;
  #policyCalls = 0;
  #onSettled: (() => void) | undefined;
  #requests = 0;

  /** Adopts the outputs as the backend found them. Throws TypeError when the plan contradicts itself. */
  constructor(
    plan: HardwarePlan,
    options: {
      readonly clock: Clock;
      readonly backend: Backend;
      readonly sinks: GuardianSinks;
      readonly slots?: number;
    },
  ) {
    const problems = planProblems(plan.outputs);
    if (problems.length > 0) throw new TypeError(problems.join("; "));
    this.#plan = plan;
    this.#clock = options.clock;
    this.#backend = options.backend;
    this.#sinks = options.sinks;
    this.#slots = options.slots ?? 32;
    const names = {
      outputs: new Map(plan.outputs.map(({ line }, index) => [line, index])),
      inputs: new Map(plan.inputs.map(({ line }, index) => [line, plan.outputs.length + index])),
      buses: new Map(plan.buses.map(({ bus }, index) => [bus, index])),
    };
    this.#owners = new Owners(names, this.#slots);
    this.#refusals = new Refusals(this.#slots);
    const nowUs = this.#clock.now();
    this.#outputs = plan.outputs.map((output, index) => new Output(output, index, this, nowUs));
    this.#buses = plan.buses.map((_, bus) => new BusOwner(bus, this.#backend, this));
    this.#backend.attach(this);
    for (const output of this.#outputs) {
      const found = this.#backend.found[output.index];
      output.adopt(found?.driven ? found.level : undefined, nowUs);
    }
  }

  // The control channel.

  /** The granted numbers, or why not. */
  grant(grant: Grant): Granted | string {
    const refusal = this.#owners.grant(grant);
    if (refusal !== undefined) return refusal;
    const { owner, epoch } = grant;
    const lines: Record<string, number> = {};
    const buses: Record<string, number> = {};
    for (const [index, { line }] of [...this.#plan.outputs, ...this.#plan.inputs].entries())
      lines[line] = index;
    for (const [index, { bus }] of this.#plan.buses.entries()) buses[bus] = index;
    return { owner, epoch, lines, buses };
  }

  /** The owner crashed or hangs: its outputs follow `onCrash` at once, its epoch is barred. */
  fence(fenced: OwnerEpoch): void {
    const outputs = this.#owners.end(fenced);
    if (outputs === undefined) return;
    const nowUs = this.#clock.now();
    for (const index of outputs) this.#outputs[index]!.crash(nowUs);
    const { owner, epoch } = fenced;
    this.#sinks.send(this.#frame.begin(KIND.fenced, 0, 0, owner, epoch, 0));
    const lines = outputs.map((index) => this.#outputs[index]!.plan.line);
    this.event({ kind: "fenced", owner, epoch, lines, atUs: nowUs });
  }

  /** The owner ends in order: its outputs go to their safe levels, `hold` or not. */
  revoke(revoked: OwnerEpoch): void {
    const nowUs = this.#clock.now();
    for (const index of this.#owners.end(revoked) ?? []) this.#outputs[index]!.safe(nowUs);
  }

  /** Undefined when the outputs changed hands, else why not. */
  transfer(takeover: Takeover): string | undefined {
    return this.#owners.transfer(takeover);
  }

  /** Acknowledges a latched `maxOn` fault. */
  clear(line: string): void {
    this.#outputs.find(({ plan }) => plan.line === line)?.clear();
  }

  /** Every owner died at once; the next runtime counts its epochs afresh. */
  runtimeDied(): void {
    const nowUs = this.#clock.now();
    for (const living of this.#owners.living()) {
      for (const index of this.#owners.end(living)!) this.#outputs[index]!.crash(nowUs);
    }
    this.#owners.reset();
    this.#incarnation++;
  }

  /** An orderly stop: all outputs go to their safe levels, `hold` or not. */
  stop(): void {
    this.runtimeDied();
    const nowUs = this.#clock.now();
    for (const output of this.#outputs) output.safe(nowUs);
  }

  /** Calls back once every level driven by policy so far was read back (or failed). */
  whenSettled(callback: () => void): void {
    if (this.#policyCalls === 0) callback();
    else this.#onSettled = callback;
  }

  stats(): Record<string, number> {
    const { total, fenced } = this.#refusals;
    return { requests: this.#requests, refused: total, fenced, underWay: this.#pending.underWay };
  }

  // Time.

  /** When `expire` must be called next; Infinity when nothing is due. */
  get nextUs(): number {
    let next = Infinity;
    for (const output of this.#outputs) next = Math.min(next, output.nextUs);
    for (const bus of this.#buses) next = Math.min(next, bus.nextUs);
    return next;
  }

  expire(): void {
    const nowUs = this.#clock.now();
    for (const output of this.#outputs) if (output.nextUs <= nowUs) output.expire(nowUs);
    for (const bus of this.#buses) if (bus.nextUs <= nowUs) bus.expire(nowUs);
  }

  // Requests.

  /** A request frame of an owner; the answer goes to the sink, now or later. */
  request(frame: FrameReader): void {
    this.#requests++;
    const status = this.#dispatch(frame);
    if (status === "waits") return;
    if (status !== "ok") {
      const event = this.#refusals.count(frame.owner, status, this.#clock.now());
      if (event !== undefined) this.event(event);
    }
    const { request, owner, epoch } = frame;
    this.#sinks.send(this.#frame.begin(KIND.answer, encodeStatus(status), request, owner, epoch, 0).f64(0));
  }

  #dispatch(frame: FrameReader): Status | "waits" {
    const nowUs = this.#clock.now();
    if (!this.#owners.isCurrent(frame.owner, frame.epoch)) return "fenced";
    if (frame.deadlineUs <= nowUs) return "timeout";
    if (frame.kind === KIND.transfer) {
      const bus = this.#buses[frame.u16(0)];
      if (!bus || !this.#owners.mayReach(frame.owner, frame.u16(0), frame.u8(2))) return "refused";
      return bus.submit(frame, this.#incarnation, nowUs) === "ok" ? "waits" : "refused";
    }
    if (frame.kind !== KIND.write && frame.kind !== KIND.renew && frame.kind !== KIND.read) return "refused";
    const line = frame.u16(0);
    const output = this.#outputs[line];
    if (output === undefined) return frame.kind === KIND.read ? this.#readInput(frame, line) : "not_owner";
    if (!this.#owners.ownsOutput(frame.owner, line)) return "not_owner";
    if (frame.kind === KIND.renew) return output.renew(nowUs);
    if (this.#pending.underWay >= MAX_UNDER_WAY) return "refused";
    if (frame.kind === KIND.read) {
      this.#backend.sense(line, this.#call(frame, output, NaN, output.plan.activeLow));
      return "waits";
    }
    const verdict = output.write(frame.f64(2), nowUs);
    if (verdict !== "ok") return verdict;
    const { electrical } = output;
    this.#backend.drive(line, electrical, this.#call(frame, output, electrical, output.plan.activeLow));
    return "waits";
  }

  #readInput(frame: FrameReader, line: number): Status | "waits" {
    if (!this.#owners.readsInput(frame.owner, line)) return "not_owner";
    if (this.#pending.underWay >= MAX_UNDER_WAY) return "refused";
    this.#backend.sense(line, this.#call(frame, undefined, NaN, this.#input(line)!.activeLow));
    return "waits";
  }

  #call(frame: FrameReader, output: Output | undefined, expected: number, activeLow: boolean): number {
    const token = this.#pending.take();
    const call = this.#pending.at(token);
    call.output = output;
    call.expected = expected;
    call.activeLow = activeLow;
    call.owner = frame.owner;
    call.epoch = frame.epoch;
    call.request = frame.request;
    call.incarnation = this.#incarnation;
    call.waiting = true;
    return token;
  }

  #input(line: number) {
    return this.#plan.inputs[line - this.#plan.outputs.length];
  }

  // BackendSink.

  sensed(token: number, level: number): void {
    const call = this.#pending.settle(token);
    if (call === undefined) return;
    const { output, expected, activeLow } = call;
    let status: Status = Number.isNaN(level) ? "read_back" : "ok";
    if (output !== undefined && !Number.isNaN(expected)) {
      if (!output.readBack(expected, level, this.#clock.now())) status = "read_back";
    }
    if (call.owner < 0) {
      this.#policySettled();
    } else if (call.incarnation === this.#incarnation) {
      const { request, owner, epoch } = call;
      const answer = this.#frame.begin(KIND.answer, encodeStatus(status), request, owner, epoch, 0);
      this.#sinks.send(answer.f64(activeLow ? 1 - level : level));
    }
  }

  transferred(bus: number, status: BusStatus, bytes: Uint8Array, at: number, length: number): void {
    this.#buses[bus]?.done(status, bytes, at, length, this.#clock.now());
  }

  recovered(bus: number, works: boolean): void {
    this.#buses[bus]?.recovered(works, this.#clock.now());
  }

  edge(line: number, level: 0 | 1, atUs: number): void {
    const input = this.#input(line);
    if (input === undefined) return;
    const logical = input.activeLow ? 1 - level : level;
    for (let owner = 0; owner < this.#slots; owner++) {
      if (!this.#owners.readsInput(owner, line)) continue;
      const epoch = this.#owners.epochOf(owner);
      this.#sinks.send(
        this.#frame.begin(KIND.edge, 0, 0, owner, epoch, 0).u16(line).u8(logical).u8(0).f64(atUs),
      );
    }
  }

  // OutputEffects.

  drive(output: Output, level: number): void {
    const token = this.#pending.take();
    const call = this.#pending.at(token);
    call.output = output;
    call.expected = level;
    call.owner = -1;
    call.waiting = true;
    this.#policyCalls++;
    this.#backend.drive(output.index, level, token);
  }

  release(output: Output): void {
    this.#backend.free(output.index);
  }

  event(event: GuardianEvent): void {
    this.#sinks.event(event);
  }

  // BusAnswers.

  answer(transfer: Transfer, status: Status, bytes: Uint8Array, at: number, length: number): void {
    if (transfer.incarnation !== this.#incarnation) return;
    const { owner, epoch, request } = transfer;
    const fenced = this.#owners.isCurrent(owner, epoch) ? status : "fenced";
    const answer = this.#frame.begin(KIND.answer, encodeStatus(fenced), request, owner, epoch, 0);
    this.#sinks.send(fenced === "ok" ? answer.append(bytes, at, length) : answer);
  }

  isCurrent(transfer: Transfer): boolean {
    return (
      transfer.incarnation === this.#incarnation && this.#owners.isCurrent(transfer.owner, transfer.epoch)
    );
  }

  busStuck(bus: number, recovered: boolean): void {
    this.event({ kind: "busStuck", bus: this.#plan.buses[bus]!.bus, recovered, atUs: this.#clock.now() });
  }

  #policySettled(): void {
    this.#policyCalls--;
    if (this.#policyCalls > 0) return;
    const callback = this.#onSettled;
    this.#onSettled = undefined;
    callback?.();
  }
}
