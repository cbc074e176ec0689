/** Answers those who asked a supervisor for something, now or when it is done. */
import type { Self } from "../process/self.ts";
import type { Caller, Child } from "./child.ts";
import type { Done, Started } from "./supervisor-request.ts";

export class Answers {
  readonly #self: Self<never>;

  constructor(self: Self<never>) {
    this.#self = self;
  }

  /** Dropped when nobody waits for it any more. */
  reply({ from, ref }: Caller, value: unknown): void {
    this.#self.send(from, { type: "reply", ref, value }, { alias: ref });
  }

  /** To whoever asked for the child to be started. */
  started(child: Child, answer: Started): void {
    const { startCaller } = child;
    child.startCaller = undefined;
    if (startCaller !== undefined) this.reply(startCaller, answer);
  }

  /** To all who asked for the child to be stopped. */
  stopped(child: Child): void {
    const { stopCallers } = child;
    child.stopCallers = undefined;
    for (const caller of stopCallers ?? []) this.reply(caller, { ok: true } satisfies Done);
  }
}
