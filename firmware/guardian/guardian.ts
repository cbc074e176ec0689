import type { Clock } from "../../runtime/time/clock.ts";
import type { Backend, BackendSink, BusStatus } from "../contracts/backend.ts";
import type { BusReport } from "../contracts/bus-report.ts";
import type { Grant, Granted, GuardianEvent, OwnerEpoch, Takeover } from "../contracts/control.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { type FrameReader, FrameWriter, KIND } from "../transport/frame.ts";
import { RequestContract } from "../transport/request-contract.ts";
import { encodeStatus, type Status } from "../transport/status.ts";
import type { BusAnswers } from "./bus-answers.ts";
import { Buses } from "./buses.ts";
import { Expanders } from "./expanders.ts";
import { Inputs } from "./inputs.ts";
import { Interlocks } from "./interlocks.ts";
import { LineCalls } from "./line-calls.ts";
import type { KeptOnTimes } from "./on-time.ts";
import type { Output, OutputEffects } from "./output.ts";
import { OutputSet } from "./output-set.ts";
import { Owners } from "./owners.ts";
import { planProblems } from "./plan-problems.ts";
import { Refusals } from "./refusals.ts";
import type { Transfer } from "./transfer-slots.ts";

/** Where the guardian's answers and news go. */
export interface GuardianSinks {
  /** A frame for the runtime, borrowed for the call. */
  send(frame: FrameWriter): void;
  event(event: GuardianEvent): void;
}

/**
 * The guardian without its processes: owners, policies, lines and buses. Pure but for the backend; time comes
 * from the clock, timers through `nextUs` and `expire`. The caller hands over fences before requests.
 */
export class Guardian implements BackendSink, OutputEffects, BusAnswers {
  readonly onTimes: KeptOnTimes | undefined;
  readonly #clock: Clock;
  readonly #backend: Backend;
  readonly #sinks: GuardianSinks;
  readonly #plan: HardwarePlan;
  readonly #outputs: OutputSet;
  readonly #expanders: Expanders;
  readonly #inputs: Inputs;
  readonly #buses: Buses;
  readonly #interlocks: Interlocks;
  readonly #owners: Owners;
  readonly #calls: LineCalls;
  readonly #refusals: Refusals;
  /** What each owner may say, since its grant. */
  readonly #contracts: (RequestContract | undefined)[] = [];
  readonly #frame = new FrameWriter();
  readonly #slots: number;
  #incarnation = 0;
  #stopped = false;
  #requests = 0;

  /** Adopts the outputs as the backend found them. Throws TypeError when the plan contradicts itself. */
  constructor(
    plan: HardwarePlan,
    options: {
      readonly clock: Clock;
      readonly backend: Backend;
      readonly sinks: GuardianSinks;
      readonly slots?: number;
      readonly onTimes?: KeptOnTimes | undefined;
    },
  ) {
    const problems = planProblems(plan);
    if (problems.length > 0) throw new TypeError(problems.join("; "));
    this.#plan = plan;
    this.#clock = options.clock;
    this.#backend = options.backend;
    this.#sinks = options.sinks;
    this.#slots = options.slots ?? 32;
    this.onTimes = options.onTimes;
    const nowUs = this.#clock.now();
    this.#outputs = new OutputSet(plan, this, nowUs);
    this.#interlocks = new Interlocks(plan.interlocks ?? [], this.#outputs.all);
    this.#buses = new Buses(plan.buses, this.#backend, this, nowUs);
    this.#expanders = new Expanders(plan, this.#backend, this.#buses, this.#outputs.all, {
      now: () => this.#clock.now(),
      sensed: (token, level) => this.sensed(token, level),
      on: (line) => this.drive(line, line.electrical),
      event: (event) => this.event(event),
    });
    const names = {
      outputs: this.#outputs.numbers(),
      inputs: new Map(plan.inputs.map(({ line }, index) => [line, plan.outputs.length + index])),
      buses: this.#buses.numbers,
    };
    this.#owners = new Owners(names, this.#slots, {
      lent: (index) => this.#outputs.at(index)!.lent(),
      givenBack: (index) => this.#outputs.at(index)!.givenBack(),
    });
    this.#refusals = new Refusals(this.#slots);
    this.#calls = new LineCalls(
      this.#expanders,
      () => this.#clock.now(),
      (call, status, level) => {
        if (call.incarnation !== this.#incarnation) return;
        this.#sinks.send(this.#begin(call, status).f64(level));
      },
    );
    this.#inputs = new Inputs(plan, this.#backend, this.#owners, this.#sinks);
    this.#backend.attach(this);
    for (const output of this.#outputs.all) {
      if (this.#expanders.has(output.index)) continue;
      const found = this.#backend.found[output.index];
      output.adopt(found?.driven ? found.level : undefined, nowUs);
    }
    this.#expanders.adopt();
  }

  // The control channel.

  /** The granted numbers, or why not. */
  grant(grant: Grant): Granted | string {
    const refusal = this.#owners.grant(grant);
    if (refusal !== undefined) return refusal;
    const { owner, epoch } = grant;
    this.#contracts[owner] = new RequestContract();
    const lines: Record<string, number> = {};
    for (const { index, plan } of this.#outputs.all) lines[plan.line] = index;
    for (const [index, { line }] of this.#plan.inputs.entries())
      lines[line] = this.#plan.outputs.length + index;
    return { owner, epoch, lines, buses: Object.fromEntries(this.#buses.numbers) };
  }

  /** The owner crashed or hangs: its outputs follow `onCrash` at once, its epoch is barred. */
  fence(fenced: OwnerEpoch): void {
    const outputs = this.#owners.end(fenced);
    if (outputs === undefined) return;
    const nowUs = this.#clock.now();
    for (const index of outputs) this.#outputs.at(index)!.crash(nowUs);
    const { owner, epoch } = fenced;
    this.#sinks.send(this.#frame.begin(KIND.fenced, 0, 0, owner, epoch, 0));
    const lines = outputs.map((index) => this.#outputs.at(index)!.plan.line);
    this.event({ kind: "fenced", owner, epoch, lines, atUs: nowUs });
  }

  /** The owner ends in order: its outputs go to their safe levels, `hold` or not. */
  revoke(revoked: OwnerEpoch): void {
    const nowUs = this.#clock.now();
    for (const index of this.#owners.end(revoked) ?? []) this.#outputs.at(index)!.safe(nowUs);
  }

  /** Undefined when the outputs changed hands, else why not. */
  transfer(takeover: Takeover): string | undefined {
    return this.#owners.transfer(takeover);
  }

  /** Acknowledges a latched `maxOn` fault. */
  clear(line: string): void {
    this.#outputs.named(line)?.clear(this.#clock.now());
  }

  /** Every owner died at once; the next runtime counts its epochs afresh. */
  runtimeDied(): void {
    const nowUs = this.#clock.now();
    for (const living of this.#owners.living()) {
      for (const index of this.#owners.end(living) ?? []) this.#outputs.at(index)!.crash(nowUs);
    }
    this.#owners.reset();
    this.#incarnation++;
  }

  /** An orderly stop: all outputs go to their safe levels, `hold` or not. */
  stop(): void {
    this.runtimeDied();
    this.#stopped = true;
    this.#expanders.end();
    const nowUs = this.#clock.now();
    for (const output of this.#outputs.all) output.safe(nowUs);
  }

  /** Calls back once every level driven by policy so far was read back (or failed). */
  whenSettled(callback: () => void): void {
    this.#calls.whenSettled(callback);
  }

  /** Outputs that are commanded to their safe level and have not read it back. */
  unsafe(): string[] {
    return this.#outputs.unsafe();
  }

  /** Outputs that `maxOn` has latched off. */
  latched(): string[] {
    return this.#outputs.latched();
  }

  stats(): Record<string, number> {
    const { total, fenced } = this.#refusals;
    return { requests: this.#requests, refused: total, fenced, underWay: this.#calls.underWay };
  }

  /** What has gone over the buses. */
  busReports(): readonly BusReport[] {
    return this.#buses.report(this.#clock.now());
  }

  // Time.

  /** When `expire` must be called next; Infinity when nothing is due. */
  get nextUs(): number {
    return Math.min(this.#outputs.nextUs, this.#inputs.nextUs, this.#buses.nextUs);
  }

  expire(): void {
    const nowUs = this.#clock.now();
    this.#inputs.expire(nowUs);
    this.#outputs.expire(nowUs);
    this.#buses.expire(nowUs);
  }

  // Requests.

  /** A request frame of an owner; the answer goes to the sink, now or later. */
  request(frame: FrameReader): void {
    this.#requests++;
    const status = this.#breaksContract(frame) ? "fenced" : this.#dispatch(frame);
    if (status === "waits") return;
    if (status !== "ok") {
      const event = this.#refusals.count(frame.owner, status, this.#clock.now());
      if (event !== undefined) this.event(event);
    }
    const { request, owner, epoch } = frame;
    this.#sinks.send(this.#frame.begin(KIND.answer, encodeStatus(status), request, owner, epoch, 0).f64(0));
  }

  /** An owner that says what nobody may say is not to be trusted with its outputs: they follow `onCrash`. */
  #breaksContract(frame: FrameReader): boolean {
    const { owner, epoch } = frame;
    if (!this.#owners.isCurrent(owner, epoch)) return false;
    const breach = this.#contracts[owner]?.frame(frame);
    if (breach === undefined) return false;
    this.fence({ owner, epoch });
    const { kind: _, ...details } = breach;
    this.event({ kind: "contract", owner, epoch, ...details, atUs: this.#clock.now() });
    return true;
  }

  #dispatch(frame: FrameReader): Status | "waits" {
    const nowUs = this.#clock.now();
    if (!this.#owners.isCurrent(frame.owner, frame.epoch)) return "fenced";
    if (frame.deadlineUs <= nowUs) return "timeout";
    if (frame.kind === KIND.transfer) {
      if (!this.#owners.mayReach(frame.owner, frame.u16(0), frame.u8(2))) return "refused";
      return this.#buses.submit(frame, this.#incarnation, nowUs) === "ok" ? "waits" : "refused";
    }
    if (frame.kind === KIND.pulses) return this.#tellPulses(frame, frame.u16(0));
    if (frame.kind !== KIND.write && frame.kind !== KIND.renew && frame.kind !== KIND.read) return "refused";
    const line = frame.u16(0);
    const output = this.#outputs.at(line);
    if (output === undefined) return frame.kind === KIND.read ? this.#readInput(frame, line) : "not_owner";
    if (!this.#owners.ownsOutput(frame.owner, line)) return "not_owner";
    if (frame.kind === KIND.renew) return output.renew(nowUs);
    if (frame.kind === KIND.read) {
      if (this.#calls.full) return "refused";
      this.#calls.sense(frame, this.#incarnation, output);
      return "waits";
    }
    const level = frame.f64(2);
    // Whoever fills the guardian with requests keeps nobody from the safe level.
    if (level === output.safeLevel ? this.#calls.brimFull : this.#calls.full) return "refused";
    const refusal = output.refusal(level, nowUs) ?? this.#interlocks.refusal(output, level, nowUs);
    if (refusal !== undefined) return refusal;
    output.write(level, nowUs);
    this.#calls.write(frame, this.#incarnation, output);
    return "waits";
  }

  #readInput(frame: FrameReader, line: number): Status | "waits" {
    const input = this.#inputs.at(line);
    if (input === undefined || !this.#owners.readsInput(frame.owner, line)) return "not_owner";
    if (this.#calls.full) return "refused";
    this.#calls.sense(frame, this.#incarnation, input);
    return "waits";
  }

  #tellPulses({ owner, epoch, request }: FrameReader, line: number): Status | "waits" {
    if (!this.#owners.readsInput(owner, line)) return "not_owner";
    const pulses = this.#inputs.at(line)?.askPulses();
    if (pulses === undefined) return "refused";
    const answer = this.#begin({ owner, epoch, request }, "ok");
    this.#sinks.send(answer.f64(pulses.count).f64(pulses.lost).f64(pulses.gaps).f64(pulses.lastUs));
    return "waits";
  }

  // BackendSink.

  sensed(token: number, level: number): void {
    this.#calls.sensed(token, level);
  }

  transferred(bus: number, status: BusStatus, bytes: Uint8Array, at: number, length: number): void {
    this.#buses.at(bus)?.done(status, bytes, at, length, this.#clock.now());
  }

  recovered(bus: number, works: boolean, why?: string): void {
    this.#buses.at(bus)?.recovered(works, why, this.#clock.now());
  }

  edge(line: number, level: 0 | 1, atUs: number): void {
    this.#inputs.edge(line, level, atUs, this.#clock.now());
  }

  edgesLost(line: number, count: number): void {
    this.#inputs.edgesLost(line, count, this.#clock.now());
  }

  // OutputEffects.

  drive(output: Output, level: number): void {
    this.#calls.drive(output, level);
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
    const answer = this.#begin(transfer, status);
    this.#sinks.send(status === "ok" ? answer.append(bytes, at, length) : answer);
  }

  isCurrent(transfer: Transfer): boolean {
    return (
      transfer.incarnation === this.#incarnation && this.#owners.isCurrent(transfer.owner, transfer.epoch)
    );
  }

  /** Reset lines and rails of buses are outputs that no cell is granted. */
  away(line: string, away: boolean): void {
    // After a stop the levels are nobody's to change; a pulse under way ends by itself.
    if (away && this.#stopped) return;
    const output = this.#outputs.named(line)!;
    const nowUs = this.#clock.now();
    if (!away) output.safe(nowUs);
    else if (output.write(1 - output.safeLevel, nowUs) === "ok") this.drive(output, output.electrical);
  }

  /** The start of an answer; an owner that was fenced meanwhile hears that and nothing else. */
  #begin({ owner, epoch, request }: OwnerEpoch & { request: number }, status: Status): FrameWriter {
    const heard = this.#owners.isCurrent(owner, epoch) ? status : "fenced";
    return this.#frame.begin(KIND.answer, encodeStatus(heard), request, owner, epoch, 0);
  }
}
