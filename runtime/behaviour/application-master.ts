/**
 * The process that stands above one application: it starts the top process, lives as long as that, and ends it
 * in an orderly way when it is asked to. So a start or a stop that hangs harms this application only.
 */
import type { ExitReason } from "../process/exit-reason.ts";
import { Pid, samePid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { DownMessage, ExitMessage } from "../process/signal.ts";
import type { ApplicationSpec } from "./application-spec.ts";
import { isWaiting, type Waited } from "./handler-result.ts";
import { type BehaviourBody, type Birth, begin, birthOf, exitWith, named } from "./start.ts";

/** How long a top process may take to end unless its spec says otherwise, ms. */
export const DEFAULT_STOP_MS = 5000;

/** The body of an application's master; its argument is a pid that is told the top process's. */
export function applicationMaster(spec: ApplicationSpec): BehaviourBody<Pid, unknown> {
  return named(spec.name, function* master(self: Self<unknown>, controller: Pid, given?: Birth | Pid) {
    const birth = birthOf(given);
    self.trapExit();
    let top: Pid | undefined;
    const startTop = function* () {
      const pid = yield* settled(spec.start(self));
      if (!(pid instanceof Pid)) throw new TypeError(`the start of ${spec.name} gave back no pid`);
      return { state: pid };
    };
    const running = yield* begin(self, birth, startTop, (first) => {
      top = (first as { state: Pid }).state;
    });
    if (!running || top === undefined) return;
    self.link(top);
    self.send(controller, { type: "top", name: spec.name, pid: top });
    const reason = yield* endOf(self, top, birth.parent, spec);
    if (spec.stop !== undefined) yield* settled(spec.stop(self));
    exitWith(self, reason);
  });
}

/** Waits for the end of the top process, which it asks for when the controller wants or ends. */
function* endOf(
  self: Self<unknown>,
  top: Pid,
  parent: Pid | undefined,
  spec: ApplicationSpec,
): ProcessGenerator<ExitReason> {
  const ref = self.monitor(top);
  const isItsEnd = (message: unknown): message is DownMessage =>
    (message as DownMessage | null)?.type === "down" && (message as DownMessage).ref === ref;
  const isOrder = (message: unknown): message is ExitMessage =>
    (message as ExitMessage | null)?.type === "exit" &&
    (parent === undefined || samePid((message as ExitMessage).from, parent));
  const message = (yield* self.receive((each) => isItsEnd(each) || isOrder(each))) as
    | DownMessage
    | ExitMessage;
  if (message.type === "down") return message.reason;
  if (spec.prepareStop !== undefined) yield* settled(spec.prepareStop(self));
  self.exit(top, "shutdown");
  const down = yield* self.receive(ref, { within: spec.stopMs ?? DEFAULT_STOP_MS });
  if (down === undefined) {
    self.kill(top);
    yield* self.receive(ref);
  }
  return "shutdown";
}

function* settled<V>(given: Waited<V>): ProcessGenerator<V> {
  return isWaiting(given) ? ((yield* given) as V) : (given as V);
}
