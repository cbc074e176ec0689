/**
 * Where the outside (the HTTP server, in promises) asks the inspector (a process, in messages).
 *
 * One question is under way at a time; the others wait their turn, at most 16 of them.
 */
import type { InspectReply, InspectRequest } from "../../runtime/introspection/inspector.ts";
import { INSPECTOR } from "../../runtime/introspection/tracer.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { ReplyMessage } from "../../runtime/process/signal.ts";

/** Its process is registered under it; the trace leaves out whose name begins with the inspector's. */
export const INSPECT_DESK = `${INSPECTOR}.desk`;

interface DeskMessage {
  readonly type: "question";
  readonly id: number;
  readonly request: InspectRequest;
}

/** How long the inspector may take, ms: it gives each cell 250. */
const ANSWER_MS = 2000;
const MOST_WAITING = 16;
const LONGEST_WAIT_MS = 10_000;

export class InspectDesk {
  readonly #waiting = new Map<number, { done(reply: InspectReply): void; failed(error: Error): void }>();
  #lastId = 0;
  #post: ((message: DeskMessage) => void) | undefined;

  /** Rejects when the board's inside does not answer. */
  ask(request: InspectRequest): Promise<InspectReply> {
    return new Promise((done, failed) => {
      if (this.#post === undefined) throw new Error("the board is starting");
      if (this.#waiting.size >= MOST_WAITING) throw new Error("too many questions wait");
      const id = ++this.#lastId;
      // Also when the desk's process ended in the middle of it.
      const limit = setTimeout(() => this.answer(id, undefined), LONGEST_WAIT_MS);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(limit);
          settle(value);
        };
      this.#waiting.set(id, { done: settled(done), failed: settled(failed) });
      this.#post({ type: "question", id, request });
    });
  }

  /** The process is there; what was asked of one before it is lost. */
  open(post: (message: DeskMessage) => void): void {
    this.#post = post;
    for (const id of [...this.#waiting.keys()]) this.answer(id, undefined);
  }

  answer(id: number, reply: InspectReply | undefined): void {
    const asked = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (reply === undefined) asked?.failed(new Error("the board's inspector does not answer"));
    else asked?.done(reply);
  }
}

/** The desk's process: its cell's resources hold the desk. */
export function* inspectDesk(self: Self<DeskMessage>): ProcessGenerator {
  const { desk } = self.resources as { desk: InspectDesk };
  self.register(INSPECT_DESK);
  desk.open(self.poster());
  for (;;) {
    const { id, request } = yield* self.receive("question");
    const server = self.whereis(INSPECTOR);
    if (server === undefined) {
      desk.answer(id, undefined);
      continue;
    }
    const ref = self.monitor(server);
    self.send(server, { type: "call", from: self.pid, ref, request });
    const answer = (yield* self.receive(ref, { within: ANSWER_MS })) as ReplyMessage | undefined;
    self.demonitor(ref);
    desk.answer(id, answer?.type === "reply" ? (answer.value as InspectReply) : undefined);
  }
}
