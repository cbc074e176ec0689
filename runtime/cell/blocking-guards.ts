/**
 * In a blocking cell the thread parks between resumes: no timer fires, no promise is kept, no socket is read.
 * Code that asks for one would wait for ever, so it fails at once and is told what to do instead.
 *
 * What goes round the guards: what was taken before they were set (a module bundled with the thread's program
 * that keeps `setTimeout` in a constant), `then` on a promise, and sockets made by `node:net` and what stands on
 * it. All of them stay silent.
 */
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import timersPromises from "node:timers/promises";

/** Thrown by what cannot work in a blocking cell. */
export class BlockingCellError extends Error {
  override readonly name = "BlockingCellError";

  constructor(what: string, remedy: string) {
    super(
      `${what} never completes in a blocking cell, whose thread parks between messages. ` +
        `${remedy}, or give the cell loop: "event".`,
    );
  }
}

const LATER = "Use yield* self.sleep(ms) or self.sendAfter(ms, self.pid, message)";
const REPEAT = "Use yield* self.sleep(ms) in a loop, or self.sendAfter(ms, self.pid, message)";
const NOW = "Use self.send(self.pid, message)";

const REMEDIES = {
  setTimeout: LATER,
  setInterval: REPEAT,
  setImmediate: NOW,
  queueMicrotask: NOW,
  fetch: "Ask a process of an event cell for it",
  WebSocket: "Ask a process of an event cell for it",
  EventSource: "Ask a process of an event cell for it",
} as const;

/** Sets the guards in this isolate, for good. The loader and Node itself are not touched. */
export function guardBlockingCell(): void {
  for (const [name, remedy] of Object.entries(REMEDIES)) guard(globalThis, name, remedy);
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    guard(timers, name, REMEDIES[name]);
    guard(timersPromises, name, REMEDIES[name]);
  }
  guard(AbortSignal, "timeout", LATER);
  syncBuiltinESMExports();
}

/** Explains why `body` cannot be a process; `undefined` when it may be one. */
export function explainBody(body: (...args: never[]) => unknown): BlockingCellError | undefined {
  const kind = Object.prototype.toString.call(body);
  if (kind !== "[object AsyncFunction]" && kind !== "[object AsyncGeneratorFunction]") return undefined;
  return new BlockingCellError(
    `"${body.name}" is an async function: what it awaits`,
    "Write the body as function* and wait with yield*",
  );
}

function guard(holder: object, name: string, remedy: string): void {
  if (!(name in holder)) return;
  const value = function guarded(): never {
    throw new BlockingCellError(name, remedy);
  };
  Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: true });
}
