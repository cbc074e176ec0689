import type { Backend, BusStatus } from "../contracts/backend.ts";
import type { BusReport } from "../contracts/bus-report.ts";
import { transferLimitUs } from "../transfer-time.ts";
import { DeadlineQueue } from "../transport/deadline-queue.ts";
import type { FrameReader } from "../transport/frame.ts";
import type { Status } from "../transport/status.ts";
import type { BusAnswers, BusPlace } from "./bus-answers.ts";
import { type BusChip, BusChips } from "./bus-chips.ts";
import { BusNews } from "./bus-news.ts";
import { BusStatistics } from "./bus-statistics.ts";
import { BusWire } from "./bus-wire.ts";
import { ChipRescue } from "./chip-rescue.ts";
import { MuxSelection } from "./mux-selection.ts";
import { PolicyQueue, type PolicyTransfer } from "./policy-transfer.ts";
import { StuckLadder } from "./stuck-ladder.ts";
import { MAX_TRANSFER_BYTES, type Transfer, TransferSlots } from "./transfer-slots.ts";

/** Transfers that may wait; more are refused. */
const QUEUE = 32;
/** How long a transfer of the guardian's own may wait for the bus. */
const POLICY_WAIT_US = 100_000;
const NOTHING = new Uint8Array(0);

/**
 * One adapter with its multiplexers: one transfer under way, then the guardian's own in the order they came, then the
 * others by deadline. A transfer that is tried again waits its turn like any other, so that an urgent one never waits
 * for more than one. A bus that is held gets its ladder before the next transfer; a chip that does not answer gets what
 * its plan has for it.
 */
export class BusOwner {
  readonly #place: BusPlace;
  readonly #answers: BusAnswers;
  readonly #slots = new TransferSlots(QUEUE + 1);
  readonly #queue = new DeadlineQueue(QUEUE + 1);
  readonly #policies = new PolicyQueue();
  /** What a policy transfer under way writes. */
  readonly #policyBytes = new Uint8Array(MAX_TRANSFER_BYTES);
  readonly #chips: BusChips;
  readonly #wire: BusWire;
  readonly #ladder: StuckLadder;
  readonly #rescue: ChipRescue;
  readonly #news: BusNews;
  readonly #statistics: BusStatistics;
  readonly #size = { write: 0, read: 0 };
  /** The transfer under way; undefined when it was answered `timeout` before its end. */
  #current: Transfer | undefined;
  /** Its bytes belong to the backend until that says `done`, also after it was answered. */
  #currentSlot: number | undefined;
  #currentPolicy: PolicyTransfer | undefined;
  #policyTries = 0;
  /** When its owner hears `timeout`. */
  #limitUs = Infinity;
  /** From when on it hangs, whatever its owner's deadline. */
  #hangsUs = Infinity;
  #busy = false;

  constructor(place: BusPlace, backend: Backend, answers: BusAnswers, nowUs: number) {
    const { plan, adapter, segments } = place;
    this.#place = place;
    this.#answers = answers;
    const muxes = (plan.muxes ?? []).map(({ address, reset }) => {
      return { bus: plan.bus, address, ...(reset !== undefined && { reset }) };
    });
    const chips = new BusChips([...(plan.chips ?? []), ...muxes], segments);
    const mux = new MuxSelection(plan.muxes ?? [], segments);
    const statistics = new BusStatistics(plan.hz, nowUs);
    const news = new BusNews(plan.bus, segments, (event) => answers.event(event));
    const away = (line: string, isAway: boolean) => answers.away(line, isAway);
    this.#chips = chips;
    this.#statistics = statistics;
    this.#news = news;
    this.#wire = new BusWire({
      ...{ adapter, backend, chips, mux, statistics },
      ended: (chip, status, bytes, at, length, atUs) => this.#ended(chip, status, bytes, at, length, atUs),
    });
    this.#ladder = new StuckLadder(plan, {
      away,
      recover: () => backend.recover(adapter),
      forget: () => mux.doubt(),
      tell: (rung, works, atUs, why) => news.rung(rung, works, atUs, why === undefined ? {} : { why }),
      over: (atUs) => this.#free(atUs),
      ended: (works, atUs) => news.stuck(works, atUs),
    });
    const policy = (transfer: PolicyTransfer, atUs: number) => this.policy(transfer, atUs);
    this.#rescue = new ChipRescue({ chips, news, rail: plan.rail, away, policy });
  }

  /** When `expire` has something to do. */
  get nextUs(): number {
    const waitingUs = Math.min(this.#queue.nextDeadline, this.#policies.nextUs);
    return Math.min(this.#limitUs, waitingUs, this.#ladder.nextUs, this.#rescue.nextUs);
  }

  /**
   * Takes a transfer of the guardian's own: it is the next one on the bus, waits for the one under way at most, and
   * is answered within 100 ms and its own limit (`timeout` when the bus does not come free). It is tried whatever is
   * known of its chip. Throws RangeError when it is too long, TypeError when it was handed in before and has no answer yet.
   */
  policy(transfer: PolicyTransfer, nowUs: number): void {
    const longest = Math.max(transfer.bytes.length, transfer.readLength);
    if (longest < 1 || longest > MAX_TRANSFER_BYTES) throw new RangeError(`${longest} bytes`);
    if (transfer === this.#currentPolicy || this.#policies.has(transfer)) {
      throw new TypeError("a policy transfer was handed in twice");
    }
    this.#policies.push(transfer, nowUs + POLICY_WAIT_US);
    this.start(nowUs);
  }

  /** Takes a transfer frame; anything but `ok` is the answer at once. */
  submit(frame: FrameReader, incarnation: number, nowUs: number): "ok" | "refused" {
    const slot = this.#slots.take(frame, incarnation);
    if (slot === undefined) return "refused";
    this.#queue.push(frame.deadlineUs, slot);
    this.start(nowUs);
    return "ok";
  }

  /** The backend's answer to the transfer under way. */
  done(status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void {
    this.#wire.done(status, bytes, at, length, nowUs);
  }

  /** The backend's answer to `recover`. */
  recovered(works: boolean, why: string | undefined, nowUs: number): void {
    this.#ladder.recovered(works, why, nowUs);
  }

  expire(nowUs: number): void {
    if (this.#limitUs <= nowUs) this.#answer("timeout", NOTHING, 0, 0, nowUs);
    while (this.#policies.nextUs <= nowUs) this.#policies.shift()!.done("timeout", NOTHING, 0, 0, nowUs);
    while (this.#queue.nextDeadline <= nowUs) this.#drop(this.#queue.pop()!, "timeout");
    this.#rescue.expire(nowUs);
    this.#ladder.expire(nowUs);
  }

  /** Starts the most urgent transfer that is still wanted. */
  start(nowUs: number): void {
    while (!this.#busy) {
      if (this.#startPolicy(nowUs)) continue;
      const slot = this.#queue.pop();
      if (slot === undefined) return;
      const transfer = this.#slots.at(slot);
      const chip = this.#chips.at(transfer.segment, transfer.address);
      const refusal = this.#refusal(transfer, chip, nowUs);
      if (refusal !== undefined) {
        this.#drop(slot, refusal);
        continue;
      }
      transfer.tries++;
      this.#current = transfer;
      this.#currentSlot = slot;
      const { bytes, writeLength, readLength } = transfer;
      this.#begin(chip, bytes, writeLength, readLength, transfer.deadlineUs, nowUs);
    }
  }

  report(nowUs: number): BusReport {
    const { bus, hz } = this.#place.plan;
    const { transfers, wireUs, busyUs } = this.#statistics;
    const usePercent = this.#statistics.usePercent(nowUs);
    const { stuck } = this.#ladder;
    return { bus, hz, stuck, transfers, wireUs, busyUs, usePercent, chips: this.#chips.report() };
  }

  #refusal(transfer: Transfer, { care }: BusChip, nowUs: number): Status | undefined {
    if (!this.#answers.isCurrent(transfer)) return "fenced";
    if (transfer.deadlineUs <= nowUs) return "timeout";
    if (this.#ladder.down(nowUs)) return "bus_stuck";
    return care.barred(nowUs) ? "quarantined" : undefined;
  }

  /** False when none waits. It may be over when this returns: a backend may answer at once. */
  #startPolicy(nowUs: number): boolean {
    const policy = this.#policies.shift();
    if (policy === undefined) return false;
    this.#policyTries = 0;
    this.#runPolicy(policy, nowUs);
    return true;
  }

  #runPolicy(policy: PolicyTransfer, nowUs: number): void {
    const { segment = this.#place.adapter, address, bytes, readLength } = policy;
    this.#currentPolicy = policy;
    this.#policyTries++;
    this.#policyBytes.set(bytes);
    this.#begin(
      this.#chips.at(segment, address),
      this.#policyBytes,
      bytes.length,
      readLength,
      Infinity,
      nowUs,
    );
  }

  #begin(chip: BusChip, bytes: Uint8Array, write: number, read: number, byUs: number, nowUs: number): void {
    this.#busy = true;
    this.#size.write = write;
    this.#size.read = read;
    const { hz, heardUs } = this.#place.plan;
    this.#hangsUs = nowUs + transferLimitUs(this.#size, hz, chip.stretchUs, heardUs);
    this.#limitUs = Math.min(byUs, this.#hangsUs);
    this.#wire.start(chip, bytes, write, read, nowUs);
  }

  /** What was on the wire is over; `chip` is who failed. */
  #ended(
    chip: BusChip,
    status: BusStatus,
    bytes: Uint8Array,
    at: number,
    length: number,
    nowUs: number,
  ): void {
    const hung = status !== "bus_stuck" && nowUs >= this.#hangsUs;
    if (!hung && this.#tryAgain(chip, status, nowUs)) return;
    if (status === "ok" && this.#tries > 1) this.#news.retried(nowUs);
    this.#answer(status, bytes, at, length, nowUs);
    this.#releaseSlot();
    const good = status === "ok" && !hung;
    if (status !== "bus_stuck" && status !== "timeout") this.#ladder.works(nowUs);
    if (good) this.#rescue.answered(chip, nowUs);
    if (status === "bus_stuck") this.#held(chip, nowUs);
    else if (!good && this.#rescue.failed(chip, hung ? "timeout" : status, nowUs)) {
      this.#ladder.power(this.#place.plan.rail!, nowUs);
    } else this.#free(nowUs);
  }

  /** Also whoever was kept off the bus meanwhile is free of blame; nobody is to blame for a bus that was held before. */
  #held(chip: BusChip, nowUs: number): void {
    const wasStuck = this.#ladder.stuck;
    this.#rescue.acquitOthers(chip, nowUs);
    if (!wasStuck) this.#rescue.failed(chip, "bus_stuck", nowUs);
    this.#ladder.begin(chip.reset !== undefined && "line" in chip.reset ? chip.reset : undefined, nowUs);
  }

  #free(nowUs: number): void {
    this.#busy = false;
    this.start(nowUs);
  }

  /** True when it goes on: at once for the guardian's own, in its turn for the others. */
  #tryAgain(chip: BusChip, status: BusStatus, nowUs: number): boolean {
    const policy = this.#currentPolicy;
    const transfer = this.#current;
    const tries = this.#tries;
    if (tries === 0 || tries > chip.retries || !isRetryable(status)) return false;
    chip.statistics.retries++;
    if (policy !== undefined) {
      this.#runPolicy(policy, nowUs);
      return true;
    }
    this.#queue.push(transfer!.deadlineUs, this.#currentSlot!);
    this.#current = undefined;
    this.#currentSlot = undefined;
    this.#limitUs = Infinity;
    this.#free(nowUs);
    return true;
  }

  /** How often the transfer under way was started; 0 when it was answered already. */
  get #tries(): number {
    return this.#currentPolicy === undefined ? (this.#current?.tries ?? 0) : this.#policyTries;
  }

  /** Once for each; a transfer that hangs is answered before its end, and then no more. */
  #answer(status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void {
    const transfer = this.#current;
    const policy = this.#currentPolicy;
    this.#current = undefined;
    this.#currentPolicy = undefined;
    this.#limitUs = Infinity;
    if (policy !== undefined) policy.done(status, bytes, at, length, nowUs);
    else if (transfer !== undefined) this.#answers.answer(transfer, status, bytes, at, length);
  }

  #releaseSlot(): void {
    if (this.#currentSlot !== undefined) this.#slots.release(this.#currentSlot);
    this.#currentSlot = undefined;
  }

  #drop(slot: number, status: Status): void {
    this.#answers.answer(this.#slots.at(slot), status, NOTHING, 0, 0);
    this.#slots.release(slot);
  }
}

/** The chip did not take it, or another controller cut it off: nothing is known to be broken. */
function isRetryable(status: BusStatus): boolean {
  return status === "address_nak" || status === "data_nak" || status === "arbitration_lost";
}
