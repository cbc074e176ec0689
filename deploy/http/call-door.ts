/**
 * Where the outside (the HTTP server, in promises) calls a process of the board (in messages): one call at a time. It works
 * while its own process does, which its cell starts.
 */
import { exchange } from "../../runtime/behaviour/exchange.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";

export interface CallDoorOptions<Q> {
  /** Name of the process that answers. */
  readonly server: string;
  /** What it is asked for, for people: "read its configuration". */
  readonly what: string;
  /** Longest wait for an answer, ms. */
  readonly limitMs: (request: Q) => number;
}

interface AskMessage<Q> {
  readonly type: "ask";
  readonly request: Q;
}

export class CallDoor<Q, R> {
  readonly #options: CallDoorOptions<Q>;
  #post: ((message: AskMessage<Q>) => void) | undefined;
  #asked: { done(reply: R): void; failed(error: Error): void } | undefined;

  constructor(options: CallDoorOptions<Q>) {
    this.#options = options;
  }

  /** Rejects while another call is under way, and when the board's inside does not answer. */
  ask(request: Q): Promise<R> {
    const { what } = this.#options;
    return new Promise((done, failed) => {
      if (this.#post === undefined) throw new Error("the board is starting: try again in a few seconds");
      if (this.#asked !== undefined)
        throw new Error(`the board was told to ${what} already: wait for what comes of it`);
      this.#asked = { done, failed };
      this.#post({ type: "ask", request });
    });
  }

  /** The door's process. */
  body(): Body<[], AskMessage<Q>> {
    const door = this;
    return function* callDoor(self) {
      const { server, limitMs } = door.#options;
      door.#open(self.poster());
      for (;;) {
        const { request } = yield* self.receive("ask");
        try {
          const within = limitMs(request);
          door.#answer((yield* exchange(self, server, "call", request, { within })) as R);
        } catch (error) {
          door.#fail(error as Error);
        }
      }
    };
  }

  /** What was asked of a process before is lost. */
  #open(post: (message: AskMessage<Q>) => void): void {
    this.#post = post;
    this.#fail(
      new Error(`who was to ${this.#options.what} was started again: see the board's log, then try again`),
    );
  }

  #answer(reply: R): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.done(reply);
  }

  #fail(error: Error): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.failed(error);
  }
}
