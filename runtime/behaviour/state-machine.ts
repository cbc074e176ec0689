/**
 * A state machine: declared states, a handler for each event in each state. OTP's gen_statem.
 *
 * Order of events: those the machine sends itself, then those that were put off when the state changes, oldest
 * first, then limits of no time, then messages and limits as they come. A limit that is reached while messages
 * wait is handled after those that came before it, but after 64 messages at the latest.
 */
import { crashReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { ServerPid } from "./address.ts";
import { isWaiting } from "./handler-result.ts";
import type { AnyMachine } from "./machine-handlers.ts";
import { MachineLoop } from "./machine-loop.ts";
import { type BehaviourBody, type Birth, begin, birthOf, named, type StartOptions, start } from "./start.ts";
import type {
  ArgsOf,
  CallsOf,
  CastsOf,
  InfoOf,
  MachineTypes,
  StateMachineModule,
} from "./state-machine-module.ts";
import { type Code, codeOf } from "./system-message.ts";

/** The body of a state machine's process: spawn it with the argument of `init`, or export it for a cell. */
export function stateMachineBody<T extends MachineTypes>(
  code: Code<StateMachineModule<T>>,
): BehaviourBody<ArgsOf<T>, InfoOf<T>> {
  const slot = code as unknown as Code<AnyMachine>;
  return named(
    codeOf(slot).name,
    function* machine(self: Self<InfoOf<T>>, args: ArgsOf<T>, given?: Birth | Pid) {
      const birth = birthOf(given, self.inherited);
      const loop = new MachineLoop(self as unknown as Self<unknown>, slot, birth.parent);
      const from = birth.snapshot;
      const open = () => loop.open(args, from);
      if (from !== undefined) self.checkpoints(() => loop.checkpoint(from.version));
      if (!(yield* begin(self, birth, open, (first) => loop.acceptFirst(first)))) return;
      let result: unknown;
      try {
        for (;;) {
          while (loop.toEnter && loop.stopReason === undefined) {
            result = loop.enter();
            if (isWaiting(result)) result = yield* loop.during(result);
            loop.acceptEnter(result);
          }
          if (loop.stopReason !== undefined) break;
          if (loop.hasNext()) result = loop.handleNext();
          else if (loop.untilUs === Number.POSITIVE_INFINITY) result = loop.handle(yield* self.receive());
          else result = loop.handle(yield* self.receive(undefined, { untilUs: loop.untilUs }));
          if (isWaiting(result)) result = yield* loop.during(result);
          loop.accept(result);
        }
      } catch (error) {
        yield* loop.close(crashReason(error));
        throw error;
      }
      yield* loop.close(loop.stopReason);
    },
  );
}

/** Starts a state machine in this cell and waits for its `init`. Throws `StartError`, `UncopyableError`. */
export function startStateMachine<M, T extends MachineTypes>(
  self: Self<M>,
  module: Code<StateMachineModule<T>>,
  args: ArgsOf<T>,
  options?: StartOptions,
): ProcessGenerator<ServerPid<CallsOf<T>, CastsOf<T>>> {
  return start(self, stateMachineBody(module), args, options) as ProcessGenerator<
    ServerPid<CallsOf<T>, CastsOf<T>>
  >;
}
