import type { Clock } from "../../runtime/time/clock.ts";
import type { Backend } from "../contracts/backend.ts";
import type { Grant, GuardianEvent } from "../contracts/control.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { Guardian } from "../guardian/guardian.ts";
import type { KeptOnTimes } from "../guardian/on-time.ts";
import { FrameReader, type FrameWriter, KIND, MAX_FRAME_BYTES } from "../transport/frame.ts";
import type { Wire } from "./wire.ts";
import { WireHardware } from "./wire-hardware.ts";

/** Cells of one owner slot that may still be answered after a newer one took over. */
const WIRES_KEPT = 8;

/** A guardian in the same thread, for simulation and tests: the same policies, no processes. */
export class LocalGuardian {
  readonly guardian: Guardian;
  readonly #clock: Clock;
  /** The wires of each owner, newest last; a late request of an old cell is still answered. */
  readonly #wires = new Map<number, LocalWire[]>();

  /** The backend must answer before its calls return, as `LocalBackend` does. */
  constructor(
    plan: HardwarePlan,
    options: {
      readonly clock: Clock;
      readonly backend: Backend;
      readonly slots?: number;
      readonly onTimes?: KeptOnTimes;
      onEvent?(event: GuardianEvent): void;
      /** A frame that answers no request waits for this owner: its cell should be woken. */
      onFrame?(owner: number, epoch: number): void;
    },
  ) {
    this.#clock = options.clock;
    this.guardian = new Guardian(plan, {
      clock: options.clock,
      backend: options.backend,
      ...(options.onTimes !== undefined && { onTimes: options.onTimes }),
      ...(options.slots !== undefined && { slots: options.slots }),
      sinks: {
        event: (event) => options.onEvent?.(event),
        send: (frame) => {
          const view = new DataView(frame.bytes.buffer);
          const [owner, epoch] = [view.getUint16(8, true), view.getUint32(12, true)];
          const wire = this.#wires.get(owner)?.findLast((wire) => wire.epoch === epoch);
          wire?.arrived(frame);
          if (frame.bytes[2] !== KIND.answer) options.onFrame?.(owner, epoch);
        },
      },
    });
  }

  /** The hardware of one owner. Throws Error with the guardian's reason when it refuses. */
  grant(grant: Grant): WireHardware {
    const granted = this.guardian.grant(grant);
    if (typeof granted === "string") throw new Error(granted);
    const wire = new LocalWire(this.guardian, this.#clock, grant.owner, grant.epoch);
    this.#wires.set(grant.owner, [...(this.#wires.get(grant.owner) ?? []).slice(-WIRES_KEPT), wire]);
    return new WireHardware(wire, granted);
  }
}

/** A wire that is a call. */
class LocalWire implements Wire {
  readonly owner: number;
  readonly epoch: number;
  waitedUs = 0;
  readonly #guardian: Guardian;
  readonly #clock: Clock;
  readonly #request = new FrameReader();
  readonly #answer = new FrameReader();
  readonly #answerBytes = new Uint8Array(MAX_FRAME_BYTES);
  readonly #unasked: Uint8Array<ArrayBuffer>[] = [];
  #answered = false;

  constructor(guardian: Guardian, clock: Clock, owner: number, epoch: number) {
    this.#guardian = guardian;
    this.#clock = clock;
    this.owner = owner;
    this.epoch = epoch;
  }

  now(): number {
    return this.#clock.now();
  }

  arrived(frame: FrameWriter): void {
    if (frame.bytes[2] !== KIND.answer) {
      this.#unasked.push(frame.bytes.slice(0, frame.length));
      return;
    }
    this.#answerBytes.set(frame.bytes.subarray(0, frame.length));
    this.#answer.over(this.#answerBytes).decode(0, frame.length);
    this.#answered = true;
  }

  exchange(frame: FrameWriter, deadlineUs: number): FrameReader | undefined {
    this.#request.over(frame.bytes).decode(0, frame.length);
    this.#answered = false;
    const sentUs = this.#clock.now();
    this.#guardian.expire();
    this.#guardian.request(this.#request);
    this.waitedUs += this.#clock.now() - sentUs;
    return this.#answered && this.#clock.now() <= deadlineUs ? this.#answer : undefined;
  }

  poll(onFrame: (frame: FrameReader) => void): void {
    if (this.#unasked.length === 0) return;
    const frame = new FrameReader();
    for (const bytes of this.#unasked.splice(0)) {
      frame.over(bytes).decode(0, bytes.length);
      onFrame(frame);
    }
  }
}
