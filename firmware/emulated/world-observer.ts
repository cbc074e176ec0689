import type { Socket } from "node:net";
import { JsonLines } from "../transport/json-lines.ts";
import type { World } from "./world-guardian.ts";

/** An observer that reads slower than this many bytes behind is closed. */
const MAX_BEHIND = 1_048_576;

/**
 * An observer's connection: newline-delimited JSON.
 *
 * `{"witness":true}` streams `{"line","level","atUs"}` of each output change, the kept ones first;
 * `{"levels":true}` answers `{"levels":{...}}`; `{"set":{"device","set":{...}}}` answers `{"set":"ok"}` or
 * `{"error":text}`; `{"drive":{"line","level"}}` drives an input (`null` lets go).
 */
export class WorldObserver {
  readonly #world: World;
  readonly #socket: Socket;
  readonly #lines = new JsonLines();
  #stop: () => void = () => {};

  constructor(world: World, socket: Socket) {
    this.#world = world;
    this.#socket = socket;
  }

  bytes(chunk: Buffer): void {
    this.#lines.feed(chunk, (value) => {
      try {
        this.#handle(value as Record<string, unknown>);
      } catch (error) {
        this.#send({ error: (error as Error).message });
      }
    });
  }

  gone(): void {
    this.#stop();
  }

  #handle(message: Record<string, unknown>): void {
    const { lines } = this.#world;
    if (message.witness === true) {
      this.#stop();
      this.#stop = lines.witness.follow((record) => this.#send(record));
    } else if (message.levels === true) {
      this.#send({ levels: lines.levels() });
    } else if (message.set !== undefined) {
      const { device, set } = message.set as { device: string; set: Record<string, unknown> };
      this.#world.onSet(device, set);
      this.#send({ set: "ok" });
    } else if (message.drive !== undefined) {
      const { line, level } = message.drive as { line: string; level: 0 | 1 | null };
      lines.drive(line, level ?? undefined);
      this.#send({ drive: "ok" });
    } else {
      this.#send({ error: "expected one of: witness, levels, set, drive" });
    }
  }

  /** At the end of the turn: whoever looks on keeps neither an edge nor an answer from the guardian. */
  #send(value: object): void {
    queueMicrotask(() => {
      if (this.#socket.destroyed) return;
      this.#socket.write(`${JSON.stringify(value)}\n`);
      if (this.#socket.writableLength > MAX_BEHIND) this.#socket.destroy();
    });
  }
}
