import { Socket } from "node:net";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { PlaceGiven, ThreadPlace } from "../../runtime/time/thread-place.ts";
import type { BusReport } from "../contracts/bus-report.ts";
import type {
  Grant,
  GuardianEvent,
  OwnerEpoch,
  Takeover,
  ToGuardian,
  ToRuntime,
} from "../contracts/control.ts";
import type { GuardianLink } from "../contracts/guardian-link.ts";
import { JsonLines } from "../transport/json-lines.ts";
import { mailslotMemory } from "../transport/mailslot.ts";
import { pipesIn, requestPipe } from "../transport/pipes.ts";
import type { Doorbell } from "./fifo-wire.ts";
import type { MailslotNotice, ReaderThreadData, ReadingNotice } from "./reader-thread.ts";

/** A grant that the guardian refused; the message is its reason. */
export class GrantRefused extends Error {
  override readonly name = "GrantRefused";
}

export interface GuardianControlOptions {
  /** Directory of the pipes: `HOLDFAST_PIPES`. */
  readonly directory: string;
  /** Descriptor of the control channel. Default 3. */
  readonly fd?: number;
  /** Real-time policy of the reader thread. */
  readonly readerPlace?: ThreadPlace;
  /** What it was given of that. */
  onReaderPlaced?(given: PlaceGiven): void;
  onEvent(event: GuardianEvent): void;
  /** An orderly stop began: outputs are safe already. */
  onStopping?(): void;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/**
 * The runtime's main thread speaking to the guardian: grants, fences, the emulated world. Starts the reader
 * thread. When the guardian is gone the process ends itself at once.
 */
export class GuardianControl {
  readonly #directory: string;
  readonly #options: GuardianControlOptions;
  readonly #socket: Socket;
  readonly #port: MessagePort;
  readonly #reading: Promise<void>;
  readonly #unrouted = new Int32Array(new SharedArrayBuffer(4));
  readonly #lines = new JsonLines();
  readonly #grants = new Map<string, Waiting<Pick<GuardianLink, "lines" | "buses">>>();
  readonly #worlds = new Map<number, Waiting<void>>();
  readonly #stats: ((stats: Readonly<Record<string, number>>) => void)[] = [];
  readonly #buses: ((buses: readonly BusReport[]) => void)[] = [];
  readonly #latched: ((lines: readonly string[]) => void)[] = [];
  #nextWorld = 1;

  constructor(options: GuardianControlOptions) {
    this.#options = options;
    this.#directory = options.directory;
    this.#socket = new Socket({ fd: options.fd ?? 3, readable: true, writable: true });
    this.#socket.on("data", (chunk) => this.#lines.feed(chunk, (value) => this.#handle(value as ToRuntime)));
    this.#socket.on("error", endProcess);
    this.#socket.on("close", endProcess);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#reading = new Promise((resolve) => {
      this.#port.once("message", ({ placed }: ReadingNotice) => {
        if (placed !== undefined) options.onReaderPlaced?.(placed);
        this.#port.unref();
        resolve();
      });
    });
    const replyPath = pipesIn(this.#directory, 0).reply;
    const { readerPlace: place } = options;
    const data: ReaderThreadData = {
      replyPath,
      port: port2,
      unrouted: this.#unrouted,
      ...(place === undefined ? {} : { place }),
    };
    const reader = new Worker(new URL("./reader-thread.js", import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: "reader",
    });
    reader.on("error", endProcess);
    reader.on("exit", endProcess);
  }

  /** Frames that came for owners that had ended. */
  get unrouted(): number {
    return Atomics.load(this.#unrouted, 0);
  }

  /**
   * Asks for lines and addresses for a new cell, whose doorbell will ring for its frames. Resolves to what
   * the cell needs; rejects with `GrantRefused`. An owner of the same slot must have been fenced or revoked.
   */
  async grant(grant: Grant, { bell, bellIndex }: Doorbell): Promise<GuardianLink> {
    await this.#reading; // a cell's first answer must not wait until a thread has booted
    const { owner, epoch } = grant;
    const mailslot = mailslotMemory();
    this.#port.postMessage({ owner, epoch, mailslot, bell, bellIndex } satisfies MailslotNotice);
    const names = await new Promise<Pick<GuardianLink, "lines" | "buses">>((resolve, reject) => {
      this.#grants.set(`${owner}/${epoch}`, { resolve, reject });
      this.#send({ grant });
    });
    const { lines, buses } = names;
    return { owner, epoch, requestPath: requestPipe(this.#directory, owner), mailslot, lines, buses };
  }

  /** Orderly end of an owner: safe levels. */
  revoke(owner: OwnerEpoch): void {
    this.#send({ revoke: { owner: owner.owner, epoch: owner.epoch } });
  }

  /** The owner crashed or hangs: its outputs follow `onCrash`, its epoch is barred. */
  fence(owner: OwnerEpoch): void {
    this.#send({ fence: { owner: owner.owner, epoch: owner.epoch } });
  }

  /** Outputs pass from one living owner to another without moving. Rejects with `GrantRefused`. */
  async transfer(transfer: Takeover): Promise<void> {
    const { owner, epoch } = transfer.to;
    await new Promise((resolve, reject) => {
      this.#grants.set(`${owner}/${epoch}`, { resolve, reject });
      this.#send({ transfer });
    });
  }

  /** An operator acknowledges the latched `maxOn` fault of an output. */
  clear(line: string): void {
    this.#send({ clear: { line } });
  }

  /** Changes the emulated world; rejects with the world's own words. */
  world(device: string, set: Readonly<Record<string, unknown>>): Promise<void> {
    const id = this.#nextWorld++;
    return new Promise((resolve, reject) => {
      this.#worlds.set(id, { resolve, reject });
      this.#send({ world: { id, device, set } });
    });
  }

  stats(): Promise<Readonly<Record<string, number>>> {
    return new Promise((resolve) => {
      this.#stats.push(resolve);
      this.#send({ stats: true });
    });
  }

  /** What has gone over the buses. */
  buses(): Promise<readonly BusReport[]> {
    return new Promise((resolve) => {
      this.#buses.push(resolve);
      this.#send({ buses: true });
    });
  }

  /** Lines of the outputs that `maxOn` has latched off. */
  latched(): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.#latched.push(resolve);
      this.#send({ latched: true });
    });
  }

  #send(message: ToGuardian): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #handle(message: ToRuntime): void {
    if ("event" in message) {
      this.#options.onEvent(message.event);
    } else if ("granted" in message) {
      this.#taken(message.granted)?.resolve(message.granted);
    } else if ("transferred" in message) {
      this.#taken(message.transferred)?.resolve({ lines: {}, buses: {} });
    } else if ("refused" in message) {
      this.#taken(message.refused)?.reject(new GrantRefused(message.refused.reason));
    } else if ("world" in message) {
      const { id, error } = message.world;
      const waiting = this.#worlds.get(id);
      this.#worlds.delete(id);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(error));
    } else if ("buses" in message) {
      this.#buses.shift()?.(message.buses);
    } else if ("latched" in message) {
      this.#latched.shift()?.(message.latched);
    } else if ("stats" in message) {
      this.#stats.shift()?.(message.stats);
    } else {
      this.#options.onStopping?.();
    }
  }

  #taken({ owner, epoch }: OwnerEpoch): Waiting<Pick<GuardianLink, "lines" | "buses">> | undefined {
    const key = `${owner}/${epoch}`;
    const waiting = this.#grants.get(key);
    this.#grants.delete(key);
    return waiting;
  }
}

function endProcess(): void {
  process.kill(process.pid, "SIGKILL");
}
