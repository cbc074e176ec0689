import type { Socket } from "node:net";
import type { LineDrive } from "../contracts/output-plan.ts";
import { FrameReader, FrameWriter, KIND } from "../transport/frame.ts";
import { FrameStream } from "../transport/frame-stream.ts";
import { encodeStatus } from "../transport/status.ts";
import type { EmulatedBus } from "./emulated-bus.ts";
import type { Bias, EmulatedLines } from "./emulated-lines.ts";
import type { WireBus } from "./wire-bus.ts";
import { WorldEdges } from "./world-edges.ts";

/** What the world consists of; chips and the model behind them are attached by the composition. */
export interface World {
  readonly lines: EmulatedLines;
  readonly buses: Readonly<Record<string, EmulatedBus>>;
  /** Buses that are no I2C. */
  readonly wires?: Readonly<Record<string, WireBus>>;
  /** Changes the world around a device; throws an Error whose message says what is wrong. */
  onSet(device: string, set: Readonly<Record<string, unknown>>): void;
}

const BIASES: readonly Bias[] = ["none", "pull-up", "pull-down"];

const DRIVES: readonly LineDrive[] = ["push-pull", "open-drain", "open-source"];

/** The number of a drive on the wire. */
export function encodeDrive(drive: LineDrive): number {
  return DRIVES.indexOf(drive);
}

/** The number of a bias on the wire. */
export function encodeBias(bias: Bias): number {
  return BIASES.indexOf(bias);
}

/**
 * The guardian's connection to the world: calls by frame, answers in the order of the calls except for
 * transfers with a slow chip. An answer carries the kind of its call in the owner field.
 */
export class WorldGuardian {
  readonly #world: World;
  readonly #socket: Socket;
  readonly #stream = new FrameStream(65_536);
  readonly #frame = new FrameReader();
  readonly #answer = new FrameWriter();
  readonly #names: string[] = [];
  readonly #buses: (EmulatedBus | WireBus)[] = [];
  readonly #edges: WorldEdges;

  constructor(world: World, socket: Socket) {
    this.#world = world;
    this.#socket = socket;
    this.#edges = new WorldEdges((bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    });
    world.lines.onEdge((name, level, atUs) => this.#edges.edge(name, level, atUs));
  }

  bytes(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const length = Math.min(this.#stream.room, chunk.length - at);
      this.#stream.append(chunk.subarray(at, at + length), length);
      at += length;
      while (this.#stream.next(this.#frame)) this.#handle(this.#frame);
    }
  }

  /** The guardian closed or died: its lines are freed. */
  gone(): void {
    this.#world.lines.onEdge(() => {});
    this.#world.lines.guardianGone();
  }

  #handle(frame: FrameReader): void {
    const { lines } = this.#world;
    const name = this.#names[frame.payloadLength >= 2 ? frame.u16(0) : 0];
    if (frame.kind === KIND.write && name !== undefined) {
      this.#level(frame, lines.output(name, frame.f64(2)));
    } else if (frame.kind === KIND.read && name !== undefined) {
      this.#level(frame, lines.sense(name));
    } else if (frame.kind === KIND.free && name !== undefined) {
      lines.free(name);
    } else if (frame.kind === KIND.listen && name !== undefined) {
      this.#edges.listen(name, frame.u16(0), frame.u8(2) > 0);
    } else if (frame.kind === KIND.transfer) {
      this.#transfer(frame);
    } else if (frame.kind === KIND.recover) {
      const works = this.#buses[frame.u16(0)]?.recover() === true;
      this.#send(this.#begin(frame, works ? "ok" : "bus_stuck"));
    } else if (frame.kind === KIND.worldSet) {
      this.#send(this.#begin(frame, "ok").append(Buffer.from(this.#set(frame.text(0)))));
    } else if (frame.kind === KIND.openLine) {
      this.#openLine(frame);
    } else if (frame.kind === KIND.openBus) {
      const name = frame.text(2);
      const bus = this.#world.buses[name] ?? this.#world.wires?.[name];
      if (bus !== undefined) this.#buses[frame.u16(0)] = bus;
      this.#send(this.#begin(frame, bus === undefined ? "refused" : "ok"));
    }
  }

  #openLine(frame: FrameReader): void {
    const name = frame.text(4);
    const found = this.#world.lines.find(name);
    if (found === undefined) {
      this.#send(this.#begin(frame, "refused"));
      return;
    }
    this.#names[frame.u16(0)] = name;
    if (frame.u8(2) === 0) this.#edges.listen(name, frame.u16(0), true);
    else this.#world.lines.drives(name, DRIVES[frame.u8(3)] ?? "push-pull");
    if (frame.u8(2) === 0) this.#world.lines.input(name, BIASES[frame.u8(3)] ?? "none");
    this.#send(
      this.#begin(frame, "ok")
        .f64(found.level)
        .u8(found.driven ? 1 : 0),
    );
  }

  #transfer(frame: FrameReader): void {
    const { request } = frame;
    const at = frame.payloadAt + 6;
    const write = frame.bytes.slice(at, at + frame.payloadLength - 6);
    const bus = this.#buses[frame.u16(0)];
    if (bus === undefined) {
      this.#send(this.#begin(frame, "refused"));
      return;
    }
    const { status, bytes, slowMs } = this.#guarded(bus, frame.u8(2), write, frame.u16(4));
    const answer = () => {
      const frame = this.#answer.begin(KIND.answer, encodeStatus(status), request, KIND.transfer, 0, 0);
      this.#send(frame.append(bytes));
    };
    if (slowMs > 0) setTimeout(answer, slowMs);
    else answer();
  }

  /** A chip with a defect must not end the witness: it is reported and naks. */
  #guarded(bus: EmulatedBus | WireBus, address: number, write: Uint8Array, readLength: number) {
    try {
      return bus.transfer(address, write, readLength);
    } catch (error) {
      process.stderr.write(`emulated chip 0x${address.toString(16)}: ${(error as Error).stack}\n`);
      return { status: "data_nak", bytes: new Uint8Array(0), slowMs: 0 } as const;
    }
  }

  #set(text: string): string {
    try {
      const { device, set } = JSON.parse(text) as { device: string; set: Record<string, unknown> };
      this.#world.onSet(device, set);
      return "";
    } catch (error) {
      return (error as Error).message || "refused";
    }
  }

  #level(frame: FrameReader, level: number): void {
    this.#send(this.#begin(frame, "ok").f64(level));
  }

  #begin(call: FrameReader, status: "ok" | "refused" | "bus_stuck"): FrameWriter {
    return this.#answer.begin(KIND.answer, encodeStatus(status), call.request, call.kind, 0, 0);
  }

  #send(frame: FrameWriter): void {
    this.#edges.flush();
    if (!this.#socket.destroyed) this.#socket.write(frame.bytes.slice(0, frame.length));
  }
}
