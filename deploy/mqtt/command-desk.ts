import type { BoardLinkOptions } from "./board-link-options.ts";
import { CommandGate, excessEveryMs } from "./command-gate.ts";
import { boardTopics, isTopicLevel, parseSetTopic } from "./topics.ts";

/** Answers to refused commands that may wait for room on the connection. */
const answersKept = 64;

export interface CommandDeskOptions
  extends Pick<BoardLinkOptions, "board" | "catalogue" | "onCommand" | "onWorld"> {
  readonly root: string;
  readonly emulated: boolean;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Whether anybody would hear an answer. */
  readonly isLive: () => boolean;
  readonly event: (event: { readonly kind: string } & Readonly<Record<string, unknown>>) => void;
}

/**
 * What becomes of commands that come over a board's link: past the gate they are carried out, what is refused is told
 * as an event, and answered on the device's topic `error` while the board is live.
 */
export class CommandDesk {
  readonly #options: CommandDeskOptions;
  readonly #gate: CommandGate;
  readonly #errorTopic: (device: string) => string;
  #answers: { readonly topic: string; readonly payload: string }[] = [];
  #excessTimer: NodeJS.Timeout | undefined;

  constructor(options: CommandDeskOptions) {
    const { root, board, catalogue, emulated } = options;
    this.#options = options;
    this.#gate = new CommandGate({ root, board, catalogue, emulated });
    this.#errorTopic = boardTopics(root, board).error;
  }

  /** Commands refused by the gate since the start. */
  get refused(): number {
    return this.#gate.refused;
  }

  commanded(topic: string, payload: Uint8Array, retain: boolean): void {
    const { now, onCommand, onWorld, event } = this.#options;
    const result = this.#gate.offer(topic, payload, retain, now());
    if (result.kind === "command") {
      onCommand(result.device, result.command);
    } else if (result.kind === "world") {
      onWorld?.(result.device, result.set);
    } else if (result.kind === "repeated") {
      const { device, id } = result;
      event({ kind: "command", device, id, outcome: "done", repeated: true });
    } else if (result.kind === "refused") {
      this.#answer(result.device, result.command, result.reason);
    } else {
      this.#excessTimer ??= setTimeout(() => this.#tellExcess(), excessEveryMs);
    }
  }

  /** Before the id is claimed nothing is carried out; what came is reported once the board is live. */
  early(topic: string, payload: Uint8Array, retain: boolean): void {
    if (retain) {
      this.commanded(topic, payload, retain);
    } else {
      const { root, board } = this.#options;
      const device = parseSetTopic(root, board, topic)?.device ?? null;
      this.#answer(device, null, "the board is not ready yet: it is still joining the broker");
    }
  }

  /** A command that passed the gate could not be carried out: its id may be tried again. */
  refuse(device: string, command: unknown, reason: string): void {
    const id = (command as { readonly id?: unknown } | null)?.id;
    if (typeof id === "string") this.#gate.forget(device, id);
    this.#answer(device, command, reason);
  }

  /** Hands answers to `publish` until it says `false`: whoever sent a command waits, silence would mean that it was carried out. */
  take(publish: (topic: string, payload: string) => boolean): void {
    while (this.#answers[0] !== undefined) {
      const { topic, payload } = this.#answers[0];
      if (!publish(topic, payload)) return;
      this.#answers.shift();
    }
  }

  /** The connection is gone: nobody waits any more. */
  forgetAnswers(): void {
    this.#answers = [];
  }

  close(): void {
    clearTimeout(this.#excessTimer);
  }

  /** The end of a flood would otherwise stay untold until the next one. */
  #tellExcess(): void {
    this.#excessTimer = undefined;
    const result = this.#gate.unreported(this.#options.now());
    if (result?.kind === "refused") this.#answer(result.device, result.command, result.reason);
  }

  #answer(device: string | null, command: unknown, reason: string): void {
    const { isLive, event } = this.#options;
    const answered = device !== null && isTopicLevel(device) && isLive();
    if (answered && this.#answers.length < answersKept)
      this.#answers.push({ topic: this.#errorTopic(device), payload: JSON.stringify({ command, reason }) });
    event({ kind: "refused", device, command, reason });
  }
}
