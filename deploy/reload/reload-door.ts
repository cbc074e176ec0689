/**
 * Where the outside (the HTTP server, in promises) has the board take its configuration again (a process, in messages):
 * one at a time.
 */
import { exchange } from "../../runtime/behaviour/exchange.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { RELOAD, type ReloadReply, type ReloadRequest } from "./reload-messages.ts";

interface AskMessage {
  readonly type: "ask";
  readonly request: ReloadRequest;
}

/** Longest beside the trial: the check, the first jobs, and the way back, ms. */
const BESIDE_TRIAL_MS = 150_000;

export class ReloadDoor {
  #post: ((message: AskMessage) => void) | undefined;
  #asked: { done(reply: ReloadReply): void; failed(error: Error): void } | undefined;

  /** Rejects while another one is under way, and when the board's inside does not answer. */
  ask(request: ReloadRequest): Promise<ReloadReply> {
    return new Promise((done, failed) => {
      if (this.#post === undefined) throw new Error("the board is starting: try again in a few seconds");
      if (this.#asked !== undefined)
        throw new Error("the board is reading its configuration already: wait for what comes of it");
      this.#asked = { done, failed };
      this.#post({ type: "ask", request });
    });
  }

  /** The process is there; what was asked of one before it is lost. */
  open(post: (message: AskMessage) => void): void {
    this.#post = post;
    this.answer(
      new Error("the process that asks for it was started again: see the board's log, then try again"),
    );
  }

  answer(reply: ReloadReply | Error): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (reply instanceof Error) asked?.failed(reply);
    else asked?.done(reply);
  }
}

/** The door's process: its cell's resources hold the door. */
export function* reloadDoor(self: Self<AskMessage>): ProcessGenerator {
  const { reload } = self.resources as { reload: ReloadDoor };
  reload.open(self.poster());
  for (;;) {
    const { request } = yield* self.receive("ask");
    const limit = { within: request.trialMs + BESIDE_TRIAL_MS };
    try {
      reload.answer((yield* exchange(self, RELOAD, "call", request, limit)) as ReloadReply);
    } catch (error) {
      reload.answer(error as Error);
    }
  }
}
