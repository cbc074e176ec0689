/** A connection to the emulated world as an observer: every level of every output, and the world's hand. */
import { connect, type Socket } from "node:net";
import type { WitnessRecord } from "../../firmware/emulated/witness.ts";
import { JsonLines } from "../../firmware/transport/json-lines.ts";
import { PATIENCE } from "../harness/patience.ts";
import { until } from "../harness/until.ts";

export class WorldWitness {
  /** Every change of an output since the world began, oldest first. */
  readonly records: WitnessRecord[] = [];
  readonly #socket: Socket;
  readonly #lines = new JsonLines(1_000_000);
  readonly #answers: ((answer: Record<string, unknown>) => void)[] = [];

  static async connect(path: string): Promise<WorldWitness> {
    const socket = connect(path);
    await new Promise((done, fail) => socket.once("connect", done).once("error", fail));
    return new WorldWitness(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {}); // the world ended: "close" follows
    socket.on("data", (chunk) =>
      this.#lines.feed(chunk, (value) => {
        if ("atUs" in (value as object)) this.records.push(value as WitnessRecord);
        else this.#answers.shift()?.(value as Record<string, unknown>);
      }),
    );
    this.#send({ witness: true });
  }

  /** Present electrical level of every line. */
  async levels(): Promise<Readonly<Record<string, number>>> {
    return (await this.#ask({ levels: true })).levels as Record<string, number>;
  }

  async level(line: string): Promise<number> {
    return (await this.levels())[line] ?? Number.NaN;
  }

  /** Changes the world around a device past the board: `{"temperatureC":31}`. */
  async set(device: string, set: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.#ask({ set: { device, set } });
    if (answer.error !== undefined) throw new Error(String(answer.error));
  }

  /** How many changes were seen up to now: where to look from. */
  get mark(): number {
    return this.records.length;
  }

  /** Changes of one line since a mark. */
  since(mark: number, line?: string): WitnessRecord[] {
    return this.records.slice(mark).filter((record) => line === undefined || record.line === line);
  }

  /** Waits until the line has been at this level since the mark; the record that says so. */
  async waitFor(line: string, level: number, mark: number, limitMs = 4000): Promise<WitnessRecord> {
    const found = () => this.since(mark, line).find((record) => record.level === level);
    await until(`${line} at ${level}`, found, limitMs);
    return found()!;
  }

  /** Waits until the line is at this level now, whenever it came there. */
  async waitUntil(line: string, level: number, limitMs = 4000): Promise<void> {
    const endMs = performance.now() + limitMs * PATIENCE;
    while ((await this.level(line)) !== level) {
      if (performance.now() > endMs)
        throw new Error(`${line} not at ${level} within ${PATIENCE} times ${limitMs} ms`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(message: object): Promise<Record<string, unknown>> {
    return new Promise((answer, fail) => {
      this.#answers.push(answer);
      if (this.#socket.destroyed) fail(new Error("the world is gone"));
      this.#send(message);
    });
  }

  #send(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}
