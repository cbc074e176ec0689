/**
 * Asks a thread whose code never returns what it is doing, through V8's inspector: the question is evaluated between
 * two steps of that code, in an endless loop, a regular expression or `Atomics.wait` alike. Takes 1 to 15 ms; the
 * debugger's way (`Debugger.pause`) took 35 to 60 ms, because it tells of every script first, and a thread that is
 * paused so cannot be ended.
 *
 * Nothing is attached before somebody hangs, so it costs nothing at rest. While it is, all other threads of the
 * process have an idle session each.
 */
import { Session } from "node:inspector";
import { type InterruptedCode, QUESTION } from "./interrupted-code.ts";

interface Attached {
  readonly params: { readonly sessionId: string; readonly workerInfo: { readonly title: string } };
}

/**
 * What the thread tells; `undefined` when it does not within `limitMs`: no JavaScript ran in that time (the collector
 * or native code did), or another session has the inspector.
 * `thread`: `threadId` of a worker that this thread started.
 */
export function interruptThread(thread: number, limitMs: number): Promise<InterruptedCode | undefined> {
  const session = new Session();
  return new Promise<InterruptedCode | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), limitMs);
    const done = (answer: InterruptedCode | undefined) => {
      clearTimeout(timer);
      resolve(answer);
    };
    session.connect();
    session.on("NodeWorker.attachedToWorker", ({ params }: Attached) => {
      if (!params.workerInfo.title.startsWith(`[worker ${thread}]`)) return;
      const { sessionId } = params;
      const message = JSON.stringify({
        id: 1,
        method: "Runtime.evaluate",
        params: { expression: QUESTION, returnByValue: true, silent: true },
      });
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
    });
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => done(answerIn(params.message)));
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => {
      if (error !== null) done(undefined);
    });
  })
    .catch(() => undefined) // another part of this process is connected already: no stack
    .finally(() => session.disconnect());
}

/** From a thread's answer to `QUESTION`; `undefined` when it holds none. */
function answerIn(message: string): InterruptedCode | undefined {
  const { result } = JSON.parse(message) as { result?: { result?: { value?: InterruptedCode } } };
  const value = result?.result?.value;
  return typeof value?.stack === "string" && typeof value.collectorUs === "number" ? value : undefined;
}
