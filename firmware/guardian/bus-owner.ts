import type { Backend, BusStatus } from "../contracts/backend.ts";
import { DeadlineQueue } from "../transport/deadline-queue.ts";
import type { FrameReader } from "../transport/frame.ts";
import type { Status } from "../transport/status.ts";
import { PolicyQueue, type PolicyTransfer } from "./policy-transfer.ts";

/** Longest write or read of one transfer: an urgent transfer waits for one of these at most. */
export const MAX_TRANSFER_BYTES = 256;
/** Transfers that may wait; more are refused. */
const QUEUE = 32;
/** A transfer that is late by its own limit is answered `timeout`; the bus stays busy until it ends. */
const TRANSFER_LIMIT_US = 100_000;

/** A transfer on its way: its own copy of the bytes, so the frame may go. */
export interface Transfer {
  owner: number;
  epoch: number;
  request: number;
  incarnation: number;
  address: number;
  writeLength: number;
  readLength: number;
  deadlineUs: number;
  readonly bytes: Uint8Array;
}

export interface BusAnswers {
  /** Called once for each accepted transfer; `bytes` is borrowed. */
  answer(transfer: Transfer, status: Status, bytes: Uint8Array, at: number, length: number): void;
  /** Asked when a transfer's turn has come: its owner may have been fenced while it waited. */
  isCurrent(transfer: Transfer): boolean;
  busStuck(bus: number, recovered: boolean): void;
}

const NOTHING = new Uint8Array(0);

/**
 * One bus: one transfer under way, then the guardian's own in the order they came, then the others by deadline.
 * A stuck bus gets nine clocks before the next one.
 */
export class BusOwner {
  readonly #bus: number;
  readonly #backend: Backend;
  readonly #answers: BusAnswers;
  readonly #slots: Transfer[] = [];
  readonly #free: number[] = [];
  readonly #queue = new DeadlineQueue(QUEUE);
  readonly #policies = new PolicyQueue();
  /** What a policy transfer under way writes. */
  readonly #policyBytes = new Uint8Array(MAX_TRANSFER_BYTES);
  #current: Transfer | undefined;
  #currentPolicy: PolicyTransfer | undefined;
  /** Its bytes belong to the backend until that says `done`, also after it was answered `timeout`. */
  #currentSlot: number | undefined;
  #limitUs = Infinity;
  #busy = false;

  constructor(bus: number, backend: Backend, answers: BusAnswers) {
    this.#bus = bus;
    this.#backend = backend;
    this.#answers = answers;
    for (let slot = 0; slot <= QUEUE; slot++) {
      const names = { owner: 0, epoch: 0, request: 0, incarnation: 0, address: 0 };
      const bytes = new Uint8Array(MAX_TRANSFER_BYTES);
      this.#slots.push({ ...names, writeLength: 0, readLength: 0, deadlineUs: 0, bytes });
      this.#free.push(slot);
    }
  }

  /** When `expire` has something to do. */
  get nextUs(): number {
    return Math.min(this.#limitUs, this.#queue.nextDeadline, this.#policies.nextUs);
  }

  /**
   * Takes a transfer of the guardian's own: it is the next one on the bus, waits for the one under way at most, and
   * is answered within 200 ms (`timeout` when the bus does not come free). Throws RangeError when it is too long,
   * TypeError when it was handed in before and has no answer yet.
   */
  policy(transfer: PolicyTransfer, nowUs: number): void {
    const longest = Math.max(transfer.bytes.length, transfer.readLength);
    if (longest < 1 || longest > MAX_TRANSFER_BYTES) throw new RangeError(`${longest} bytes`);
    if (transfer === this.#currentPolicy || this.#policies.has(transfer)) {
      throw new TypeError("a policy transfer was handed in twice");
    }
    this.#policies.push(transfer, nowUs + TRANSFER_LIMIT_US);
    this.start(nowUs);
  }

  /** Takes a transfer frame; anything but `ok` is the answer at once. */
  submit(frame: FrameReader, incarnation: number, nowUs: number): "ok" | "refused" {
    const writeLength = frame.payloadLength - 6;
    const readLength = frame.u16(4);
    const empty = writeLength === 0 && readLength === 0;
    if (empty || writeLength > MAX_TRANSFER_BYTES || readLength > MAX_TRANSFER_BYTES) return "refused";
    const slot = this.#free.pop();
    if (slot === undefined) return "refused";
    const transfer = this.#slots[slot]!;
    transfer.owner = frame.owner;
    transfer.epoch = frame.epoch;
    transfer.request = frame.request;
    transfer.incarnation = incarnation;
    transfer.address = frame.u8(2);
    transfer.writeLength = writeLength;
    transfer.readLength = readLength;
    transfer.deadlineUs = frame.deadlineUs;
    for (let i = 0; i < writeLength; i++) transfer.bytes[i] = frame.u8(6 + i);
    this.#queue.push(frame.deadlineUs, slot);
    this.start(nowUs);
    return "ok";
  }

  /** The backend's answer to the transfer under way. */
  done(status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void {
    this.#end(status, bytes, at, length);
    if (this.#currentSlot !== undefined) this.#free.push(this.#currentSlot);
    this.#currentSlot = undefined;
    if (status === "bus_stuck") {
      this.#backend.recover(this.#bus);
    } else {
      this.#busy = false;
      this.start(nowUs);
    }
  }

  recovered(works: boolean, nowUs: number): void {
    this.#busy = false;
    this.#answers.busStuck(this.#bus, works);
    this.start(nowUs);
  }

  expire(nowUs: number): void {
    if (this.#limitUs <= nowUs) this.#end("timeout", NOTHING, 0, 0);
    while (this.#policies.nextUs <= nowUs) this.#policies.shift()!.done("timeout", NOTHING, 0, 0);
    while (this.#queue.nextDeadline <= nowUs) this.#drop(this.#queue.pop()!, "timeout");
  }

  /** Starts the most urgent transfer that is still wanted. */
  start(nowUs: number): void {
    while (!this.#busy) {
      if (this.#startPolicy(nowUs)) continue;
      const slot = this.#queue.pop();
      if (slot === undefined) return;
      const transfer = this.#slots[slot]!;
      if (!this.#answers.isCurrent(transfer)) {
        this.#drop(slot, "fenced");
      } else if (transfer.deadlineUs <= nowUs) {
        this.#drop(slot, "timeout");
      } else {
        this.#busy = true;
        this.#current = transfer;
        this.#currentSlot = slot;
        this.#limitUs = Math.min(transfer.deadlineUs, nowUs + TRANSFER_LIMIT_US);
        const { address, bytes, writeLength, readLength } = transfer;
        this.#backend.transfer(this.#bus, address, bytes, 0, writeLength, readLength);
      }
    }
  }

  /** False when none waits. It may be over when this returns: a backend may answer at once. */
  #startPolicy(nowUs: number): boolean {
    const policy = this.#policies.shift();
    if (policy === undefined) return false;
    this.#busy = true;
    this.#currentPolicy = policy;
    this.#limitUs = nowUs + TRANSFER_LIMIT_US;
    const { address, bytes, readLength } = policy;
    this.#policyBytes.set(bytes);
    this.#backend.transfer(this.#bus, address, this.#policyBytes, 0, bytes.length, readLength);
    return true;
  }

  #end(status: BusStatus, bytes: Uint8Array, at: number, length: number): void {
    const transfer = this.#current;
    const policy = this.#currentPolicy;
    this.#current = undefined;
    this.#currentPolicy = undefined;
    this.#limitUs = Infinity;
    // Neither: it was answered `timeout` before.
    if (policy !== undefined) policy.done(status, bytes, at, length);
    else if (transfer !== undefined) this.#answers.answer(transfer, status, bytes, at, length);
  }

  #drop(slot: number, status: Status): void {
    this.#answers.answer(this.#slots[slot]!, status, NOTHING, 0, 0);
    this.#free.push(slot);
  }
}
