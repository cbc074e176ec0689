import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Backend, BackendSink, BusStatus, FoundLine } from "../contracts/backend.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { FrameReader, FrameWriter, KIND } from "../transport/frame.ts";
import { FrameStream } from "../transport/frame-stream.ts";
import { decodeStatus } from "../transport/status.ts";
import { encodeBias, encodeDrive } from "./world-guardian.ts";

/** How long a world that starts beside the guardian may take to listen. */
const CONNECT_LIMIT_MS = 10_000;
const READ_BYTES = 16_384;

/** The guardian's backend over an emulated world in another process. */
export class WorldBackend implements Backend {
  readonly found: FoundLine[] = [];
  readonly debounces = false;
  readonly #socket: Socket;
  readonly #stream = new FrameStream(4 * READ_BYTES);
  readonly #in = new FrameReader();
  readonly #out = new FrameWriter();
  readonly #sets = new Map<number, (error: string | undefined) => void>();
  #sink: BackendSink | undefined;
  #nextSet = 1;
  #opening = 0;
  readonly #names: string[] = [];
  /** Number of the last edge of each line. */
  readonly #sequences: number[] = [];
  #opened: (error?: Error) => void = () => {};

  /** Connects, waits for a world that is still starting, and reads what the outputs are at. */
  static async open(
    plan: HardwarePlan,
    socketPath: string,
    onLost: (why: string) => void,
  ): Promise<WorldBackend> {
    for (const startMs = performance.now(); ; await sleep(20)) {
      const backend = new WorldBackend(socketPath, onLost);
      try {
        await backend.#connected();
        await backend.#open(plan);
        return backend;
      } catch (error) {
        backend.close();
        if (error instanceof RangeError || performance.now() - startMs > CONNECT_LIMIT_MS) throw error;
      }
    }
  }

  private constructor(socketPath: string, onLost: (why: string) => void) {
    const buffer = Buffer.alloc(READ_BYTES);
    const onread = { buffer, callback: (length: number) => this.#bytes(buffer, length) };
    this.#socket = connect({ path: socketPath, onread });
    let connected = false;
    this.#socket.on("connect", () => {
      connected = true;
    });
    this.#socket.on("error", (error) => this.#opened(error));
    this.#socket.on("close", () => {
      this.#opened(new Error("the world closed the connection"));
      if (connected && this.#sink !== undefined) onLost("the emulated world is gone");
    });
  }

  attach(sink: BackendSink): void {
    this.#sink = sink;
  }

  drive(line: number, level: number, token: number): void {
    this.#send(this.#out.begin(KIND.write, 0, token, 0, 0, 0).u16(line).f64(level));
  }

  sense(line: number, token: number): void {
    this.#send(this.#out.begin(KIND.read, 0, token, 0, 0, 0).u16(line));
  }

  free(line: number): void {
    this.#send(this.#out.begin(KIND.free, 0, 0, 0, 0, 0).u16(line));
  }

  listen(line: number, on: boolean): void {
    if (on) this.#sequences[line] = 0;
    this.#send(
      this.#out
        .begin(KIND.listen, 0, 0, 0, 0, 0)
        .u16(line)
        .u8(on ? 1 : 0),
    );
  }

  transfer(bus: number, address: number, bytes: Uint8Array, at: number, length: number, readLength: number) {
    const frame = this.#out.begin(KIND.transfer, 0, bus, 0, 0, 0).u16(bus).u8(address).u8(0).u16(readLength);
    this.#send(frame.append(bytes, at, length));
  }

  recover(bus: number): void {
    this.#send(this.#out.begin(KIND.recover, 0, bus, 0, 0, 0).u16(bus));
  }

  /** Changes the world around a device; resolves to an error text when the world refused. */
  set(device: string, set: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const id = this.#nextSet++;
    const text = Buffer.from(JSON.stringify({ device, set }));
    if (text.length > 3000) return Promise.resolve("too long");
    return new Promise((resolve) => {
      this.#sets.set(id, resolve);
      this.#send(this.#out.begin(KIND.worldSet, 0, id, 0, 0, 0).append(text));
    });
  }

  close(): void {
    this.#sink = undefined;
    this.#socket.destroy();
  }

  #connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opened = (error) => (error ? reject(error) : resolve());
      this.#socket.once("connect", () => resolve());
    });
  }

  #open(plan: HardwarePlan): Promise<void> {
    for (const [index, { line, drive = "push-pull" }] of plan.outputs.entries()) {
      this.#openLine(index, 1, encodeDrive(drive), line);
    }
    for (const [index, { line, bias }] of plan.inputs.entries()) {
      this.#openLine(plan.outputs.length + index, 0, encodeBias(bias), line);
    }
    for (const [index, { bus }] of plan.buses.entries()) {
      this.#opening++;
      this.#send(this.#out.begin(KIND.openBus, 0, index, 0, 0, 0).u16(index).append(Buffer.from(bus)));
    }
    return new Promise((resolve, reject) => {
      this.#opened = (error) => {
        if (error === undefined) this.found.length = plan.outputs.length;
        if (error) reject(error);
        else resolve();
      };
      if (this.#opening === 0) resolve();
    });
  }

  #openLine(index: number, direction: 0 | 1, config: number, name: string): void {
    this.#opening++;
    this.#names[index] = name;
    const frame = this.#out.begin(KIND.openLine, 0, index, 0, 0, 0).u16(index).u8(direction).u8(config);
    this.#send(frame.append(Buffer.from(name)));
  }

  #bytes(buffer: Uint8Array, length: number): boolean {
    this.#stream.append(buffer, length);
    while (this.#stream.next(this.#in)) this.#handle(this.#in);
    return true;
  }

  #handle(frame: FrameReader): void {
    const { request } = frame;
    const status = decodeStatus(frame.status);
    if (frame.kind === KIND.edge) {
      this.#count(frame.u16(0), request);
      this.#sink?.edge(frame.u16(0), frame.u8(2) > 0 ? 1 : 0, frame.f64(4));
      return;
    }
    // An answer carries the kind of its call in the owner field.
    if (frame.owner === KIND.write || frame.owner === KIND.read) {
      this.#sink?.sensed(request, status === "ok" ? frame.f64(0) : NaN);
    } else if (frame.owner === KIND.transfer) {
      const { bytes, payloadAt, payloadLength } = frame;
      this.#sink?.transferred(request, status as BusStatus, bytes, payloadAt, payloadLength);
    } else if (frame.owner === KIND.recover) {
      this.#sink?.recovered(request, status === "ok");
    } else if (frame.owner === KIND.worldSet) {
      this.#sets.get(request)?.(frame.payloadLength > 0 ? frame.text(0) : undefined);
      this.#sets.delete(request);
    } else if (frame.owner === KIND.openLine) {
      if (status === "ok") this.found[request] = { level: frame.f64(0), driven: frame.u8(8) === 1 };
      this.#answered(status === "ok", `line ${this.#names[request]}`);
    } else if (frame.owner === KIND.openBus) {
      this.#answered(status === "ok", `bus number ${request}`);
    }
  }

  /** A gap in the numbers of a line's edges says how many were dropped; the first one after it is listened to is 1. */
  #count(line: number, sequence: number): void {
    const lost = sequence - (this.#sequences[line] ?? 0) - 1;
    this.#sequences[line] = sequence;
    if (lost > 0) this.#sink?.edgesLost(line, lost);
  }

  #answered(good: boolean, what: string): void {
    this.#opening--;
    if (!good) this.#opened(new RangeError(`the emulated board has no ${what}`));
    else if (this.#opening === 0) this.#opened();
  }

  /** The socket may keep what it is given until the kernel takes it, so each frame gets memory of its own. */
  #send(frame: FrameWriter): void {
    this.#socket.write(Buffer.from(frame.bytes.subarray(0, frame.length)));
  }
}
