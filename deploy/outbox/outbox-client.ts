/**
 * The outbox as the MQTT cell sees it: a queue that takes and never waits. It starts the outbox's process, starts it again with
 * back-off when it ends, and keeps what that has not taken yet.
 *
 * Bounds: `MOST_WAITING` records of `MOST_WAITING_BYTES`, of which `MOST_UNDER_WAY` are with a process that has not
 * said so. Beyond that the oldest is dropped and counted; so long may the process hang without anybody noticing more
 * than that count. When the process dies, what it had taken within the last `syncEvery` and not written is lost; what it
 * had not said to have taken goes to the next one, and may then be there twice.
 */
import { type ChildProcess, fork } from "node:child_process";
import { Backoff } from "../mqtt/backoff.ts";
import type { OutboxFacts } from "./outbox-contract.ts";
import type { FromOutbox, OutboxProcessPlan, ToOutbox } from "./outbox-messages.ts";
import type { NewRecord } from "./record.ts";

export const MOST_WAITING = 2048;
export const MOST_WAITING_BYTES = 512 * 1024;
const MOST_UNDER_WAY = 512;
/** Silence after which the process counts as hung, ms. */
const SILENT_MS = 10_000;
const BACKOFF_MS = { least: 500, most: 30_000 } as const;
/** A process that lived so long was a success: the back-off starts over. */
const STABLE_MS = 60_000;
/** How long it may take to write the rest when the board stops, ms. */
const CLOSE_MS = 1000;
/** Most heap of the process, MB: its records are bounded, 64 of them are read at a time. */
const HEAP_MB = 48;

export interface OutboxClientOptions extends OutboxProcessPlan {
  /** The compiled `outbox-main`. */
  readonly program: string;
  /** Everything it says, after this queue has taken what is its own business. */
  readonly onMessage: (message: FromOutbox) => void;
  /** It ended, and will be started again: what was read is to be read anew. */
  readonly onEnded: (cause: string) => void;
}

export class OutboxClient {
  readonly #options: OutboxClientOptions;
  readonly #backoff = new Backoff(BACKOFF_MS.least, BACKOFF_MS.most, Math.random);
  #waiting: NewRecord[] = [];
  #waitingBytes = 0;
  /** As many at the front are with the process. */
  #underWay = 0;
  #dropped = 0;
  /** Of processes that have ended. */
  #droppedBefore = 0;
  #heardAtMs = 0;
  #startedAtMs = 0;
  #facts: OutboxFacts | undefined;
  #factsAtMs = 0;
  #ended: string | undefined;
  #child: ChildProcess | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: OutboxClientOptions) {
    this.#options = options;
    this.#start();
  }

  /** How the outbox stands, what waits here included. */
  get facts(): OutboxFacts {
    const { records = 0, bytes = 0, oldestMs = null, dropped = 0, fault = null } = this.#facts ?? {};
    const isSilent = this.#underWay > 0 && performance.now() - this.#heardAtMs > SILENT_MS;
    const silence = `the outbox's process has not answered for ${SILENT_MS / 1000} s`;
    return {
      records: records + this.#waiting.length,
      bytes: bytes + this.#waitingBytes,
      oldestMs: oldestMs === null ? null : Math.round(oldestMs + performance.now() - this.#factsAtMs),
      dropped: this.#droppedBefore + dropped + this.#dropped,
      fault:
        this.#ended !== undefined
          ? { code: "failed", text: this.#ended }
          : isSilent
            ? { code: "slow", text: silence }
            : fault,
    };
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Records that the process has not said to have. */
  get waiting(): number {
    return this.#waiting.length;
  }

  put(record: NewRecord): void {
    this.#waiting.push(record);
    this.#waitingBytes += record.body.length;
    while (this.#waiting.length > MOST_WAITING || this.#waitingBytes > MOST_WAITING_BYTES) {
      const [gone] = this.#waiting.splice(this.#underWay, 1);
      if (gone === undefined) break;
      this.#waitingBytes -= gone.body.length;
      this.#dropped++;
    }
    this.#pass();
  }

  /** Answered by a message `records`, unless the process ends first. */
  read(id: string, after: string, count: number): void {
    this.#say({ type: "read", id, after, count });
  }

  confirm(id: string, key: string): void {
    this.#say({ type: "confirm", id, key });
  }

  /** Lets the process write the rest; it ends by itself, also when that takes longer than is waited here. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    if (child === undefined) return;
    await new Promise<void>((done) => {
      const limit = setTimeout(done, CLOSE_MS);
      child.once("exit", () => {
        clearTimeout(limit);
        done();
      });
      // Not by closing the channel: what is still under way in it would be lost.
      this.#say({ type: "end" });
    });
    child.channel?.unref();
    child.unref();
  }

  #start(): void {
    const { program, folder, limits } = this.#options;
    this.#retry = undefined;
    const child = fork(program, [JSON.stringify({ folder, limits } satisfies OutboxProcessPlan)], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, "--max-semi-space-size=1"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    let lastWords = "";
    child.stderr!.on("data", (data) => {
      lastWords = `${lastWords}${data}`.slice(-2000);
    });
    child.on("message", (message) => this.#hear(message as FromOutbox));
    child.on("error", (error) => this.#lost(child, error.message));
    // Not `exit`: its last words come first.
    child.on("close", (code, signal) =>
      this.#lost(child, `ended with ${signal ?? code}${reason(lastWords)}`),
    );
    this.#heardAtMs = this.#startedAtMs = performance.now();
    this.#pass();
  }

  #hear(message: FromOutbox): void {
    this.#heardAtMs = performance.now();
    if (message.type === "taken") {
      const taken = this.#waiting.splice(0, message.count);
      for (const { body } of taken) this.#waitingBytes -= body.length;
      this.#underWay -= taken.length;
      this.#pass();
    }
    if (message.type === "facts") {
      this.#facts = message.facts;
      this.#factsAtMs = this.#heardAtMs;
      this.#ended = undefined;
    }
    this.#options.onMessage(message);
  }

  #pass(): void {
    const records = this.#waiting.slice(this.#underWay, MOST_UNDER_WAY);
    if (records.length === 0 || !this.#say({ type: "put", records })) return;
    if (this.#underWay === 0) this.#heardAtMs = performance.now();
    this.#underWay += records.length;
  }

  #say(message: ToOutbox): boolean {
    const child = this.#child;
    if (child === undefined || !child.connected) return false;
    child.send(message, () => {}); // one that fails is told by `close`
    return true;
  }

  #lost(child: ChildProcess, cause: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#underWay = 0;
    if (this.#closed) return;
    this.#ended = `the outbox's process ${cause}`;
    this.#droppedBefore += this.#facts?.dropped ?? 0;
    this.#facts = undefined;
    if (performance.now() - this.#startedAtMs >= STABLE_MS) this.#backoff.reset();
    this.#retry = setTimeout(() => this.#start(), this.#backoff.next());
    this.#options.onEnded(this.#ended);
  }
}

function reason(lastWords: string): string {
  const line = lastWords.split("\n").find((text) => /^\w*Error\b/.test(text));
  return line === undefined ? "" : `: ${line}`;
}
