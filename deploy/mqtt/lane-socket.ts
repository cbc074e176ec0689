/**
 * A broker's socket as MQTT.js sees it, without the packets of a lane: those go to whoever the lane is for at once, and
 * MQTT.js never hears of them. What is written goes to the socket in the order in which it is written.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { type Lane, LaneSplitter } from "./lane-splitter.ts";
import type { MqttVersion } from "./publish-packet.ts";

type Done = (error?: Error | null) => void;

/** The socket itself where there is no lane. */
export function besideLane(
  socket: Socket,
  lane: Lane | undefined,
  version: MqttVersion,
): Socket | LaneSocket {
  return lane === undefined ? socket : new LaneSocket(socket, lane, version);
}

class LaneSocket extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, lane: Lane, version: MqttVersion) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    const splitter = new LaneSplitter(lane, version, (rest) => {
      if (!this.push(rest)) socket.pause();
    });
    socket.on("data", (chunk: Buffer) => splitter.take(chunk));
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
    for (const event of ["connect", "secureConnect"] as const) socket.on(event, () => this.emit(event));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _: string, done: Done): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: Done): void {
    this.#socket.cork();
    for (const [index, { chunk }] of chunks.entries()) {
      if (index === chunks.length - 1) this.#socket.write(chunk, done);
      else this.#socket.write(chunk);
    }
    this.#socket.uncork();
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }
}
