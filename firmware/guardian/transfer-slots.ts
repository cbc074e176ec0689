import type { FrameReader } from "../transport/frame.ts";

/** Longest write or read of one transfer: an urgent transfer waits for one of these at most. */
export const MAX_TRANSFER_BYTES = 256;

/** A transfer on its way: its own copy of the bytes, so the frame may go. */
export interface Transfer {
  owner: number;
  epoch: number;
  request: number;
  incarnation: number;
  /** Number of the bus on the wire: an adapter or a channel. */
  segment: number;
  address: number;
  writeLength: number;
  readLength: number;
  deadlineUs: number;
  /** How often it was started. */
  tries: number;
  readonly bytes: Uint8Array;
}

/** All transfers that a bus may have at once: records that are used again, so a steady load allocates nothing. */
export class TransferSlots {
  readonly #slots: Transfer[] = [];
  readonly #free: number[] = [];

  constructor(count: number) {
    for (let slot = 0; slot < count; slot++) {
      const names = { owner: 0, epoch: 0, request: 0, incarnation: 0, segment: 0, address: 0 };
      const bytes = new Uint8Array(MAX_TRANSFER_BYTES);
      this.#slots.push({ ...names, writeLength: 0, readLength: 0, deadlineUs: 0, tries: 0, bytes });
      this.#free.push(slot);
    }
  }

  at(slot: number): Transfer {
    return this.#slots[slot]!;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Copies a transfer frame; undefined when it is empty or too long, or nothing is free. */
  take(frame: FrameReader, incarnation: number): number | undefined {
    const writeLength = frame.payloadLength - 6;
    const readLength = frame.u16(4);
    const longest = Math.max(writeLength, readLength);
    if (longest < 1 || longest > MAX_TRANSFER_BYTES) return undefined;
    const slot = this.#free.pop();
    if (slot === undefined) return undefined;
    const transfer = this.#slots[slot]!;
    transfer.owner = frame.owner;
    transfer.epoch = frame.epoch;
    transfer.request = frame.request;
    transfer.incarnation = incarnation;
    transfer.segment = frame.u16(0);
    transfer.address = frame.u8(2);
    transfer.writeLength = writeLength;
    transfer.readLength = readLength;
    transfer.deadlineUs = frame.deadlineUs;
    transfer.tries = 0;
    for (let i = 0; i < writeLength; i++) transfer.bytes[i] = frame.u8(6 + i);
    return slot;
  }
}
