import type { SideNumber } from "../../runtime/protocol/declare-protocol.ts";
import { type Breach, View } from "../../runtime/protocol/view.ts";
import { type FrameReader, KIND } from "./frame.ts";
import { guardianProtocol } from "./guardian-protocol.ts";

const CELL: SideNumber = 0;
/** Tags of the frames that are no request, by kind. */
const NAMES: readonly string[] = Object.entries(KIND).reduce((names: string[], [name, kind]) => {
  names[kind] = name;
  return names;
}, []);

/**
 * One side's view of the conversation of one owner and epoch: the client asks before a request leaves, the
 * guardian before it acts on one. A request that is right allocates nothing: the messages are used again.
 */
export class RequestContract {
  readonly #view = new View(guardianProtocol);
  readonly #write = { type: "write", line: 0, level: 0 };
  readonly #renew = { type: "renew", line: 0 };
  readonly #read = { type: "read", line: 0 };
  readonly #pulses = { type: "pulses", line: 0 };
  readonly #transfer = { type: "transfer", bus: 0, address: 0, writes: 0, reads: 0 };

  write(line: number, level: number): Breach | undefined {
    this.#write.line = line;
    this.#write.level = level;
    return this.#view.step(CELL, this.#write);
  }

  renew(line: number): Breach | undefined {
    this.#renew.line = line;
    return this.#view.step(CELL, this.#renew);
  }

  read(line: number): Breach | undefined {
    this.#read.line = line;
    return this.#view.step(CELL, this.#read);
  }

  pulses(line: number): Breach | undefined {
    this.#pulses.line = line;
    return this.#view.step(CELL, this.#pulses);
  }

  transfer(bus: number, address: number, writes: number, reads: number): Breach | undefined {
    this.#transfer.bus = bus;
    this.#transfer.address = address;
    this.#transfer.writes = writes;
    this.#transfer.reads = reads;
    return this.#view.step(CELL, this.#transfer);
  }

  /** A frame that came from the cell. It MUST be whole. */
  frame(frame: FrameReader): Breach | undefined {
    switch (frame.kind) {
      case KIND.write:
        return this.write(frame.u16(0), frame.f64(2));
      case KIND.renew:
        return this.renew(frame.u16(0));
      case KIND.read:
        return this.read(frame.u16(0));
      case KIND.pulses:
        return this.pulses(frame.u16(0));
      case KIND.transfer:
        return this.transfer(frame.u16(0), frame.u8(2), frame.payloadLength - 6, frame.u16(4));
      default:
        return this.#view.step(CELL, { type: NAMES[frame.kind] ?? `kind ${frame.kind}` });
    }
  }
}
