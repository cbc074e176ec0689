/**
 * The stand-in of a device or controller that shares a cell: a process in the kernel's cell that its keeper can
 * start, watch and end like a cell of its own.
 *
 * It gets the member what it may touch, has it started in the shared cell, passes on what its keeper tells it, lives
 * as long as it does, and ends with its reason. Before that, what the member held was taken back, so whoever starts
 * the next one finds the way clear.
 */
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { ExitReason } from "../../runtime/process/exit-reason.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage, ExitMessage, ReplyMessage } from "../../runtime/process/signal.ts";
import type { Started } from "../../runtime/supervision/supervisor-request.ts";
import type { ControllerPlan, DevicePlan } from "./device-plan.ts";
import type { ToldMessage } from "./messages.ts";
import type { ReplanMessage } from "./replan.ts";
import type { Member } from "./shared-cell.ts";

/** What a keeper says to its device or controller. */
type ForMember = ToldMessage | ReplanMessage<DevicePlan | ControllerPlan>;

/** What a stand-in is told, beside signals. */
export type StandInMessage =
  | ReplyMessage
  /** The keeper takes it for the member. */
  | ForMember
  /** The way is clear: this is what the member may touch. */
  | { readonly type: "granted"; readonly granted?: unknown }
  | { readonly type: "refused"; readonly reason: ExitReason }
  /** End the member, for this reason. */
  | { readonly type: "end"; readonly cause: ExitReason };

export interface StandInSpec {
  /** As the member would be started in a cell of its own. */
  readonly spec: CellSpec;
  /** First process of the shared cell. */
  readonly cell: Pid;
  /** Asks for what the member may touch; the answer may come at once. */
  admit(answer: (message: StandInMessage) => void): void;
  /** It runs there, as this process. */
  started(member: Pid): void;
  /** It ended by itself: what it held is to be taken back. Not told when the whole cell ended. */
  released(reason: ExitReason): void;
  /** Last of all: there is nothing of it any more. */
  ended(): void;
  /** Why it ended, when its cell did: with the culprit, if that is known. */
  cellEnded(reason: ExitReason): ExitReason;
}

/** A member that was asked to end is killed after this. The keeper waits 1.5 s for the stand-in. */
const SHUTDOWN_MS = 1000;

/** The body of a stand-in. */
export function standIn(spec: StandInSpec): Body<[], StandInMessage> {
  return function* standsIn(self: Self<StandInMessage>): ProcessGenerator {
    self.trapExit();
    const reason = yield* live(self, spec);
    spec.ended();
    self.trapExit(false);
    self.exit(self.pid, reason);
  };
}

function* live(self: Self<StandInMessage>, spec: StandInSpec): ProcessGenerator<ExitReason> {
  const { cell } = spec;
  const watch = self.monitor(cell);
  const call = self.monitor(cell);
  /** What it is to end with: from then on it ends, one way or another. */
  let ending: ExitReason | undefined;
  let running: Pid | undefined;
  /** Told before the member runs. */
  const waiting: ForMember[] = [];
  let untilUs = Number.POSITIVE_INFINITY;
  spec.admit(self.poster());
  for (;;) {
    const message = yield* self.receive(undefined, { untilUs });
    if (message === undefined) {
      if (running !== undefined) self.kill(running);
      untilUs = Number.POSITIVE_INFINITY;
      continue;
    }
    const over = cellEnd(message, cell, watch);
    if (over !== undefined) return spec.cellEnded(over);
    switch (message.type) {
      case "granted": {
        if (ending !== undefined) return release(ending);
        const { name: id, body, args, band = BAND.normal } = spec.spec;
        const { granted } = message;
        const member: Member = {
          ...{ id, body: body.name, args, band, standIn: self.pid },
          ...(granted === undefined ? {} : { granted }),
        };
        const request = { kind: "startWith", args: [member] };
        self.send(cell, { type: "call", from: self.pid, ref: call, request });
        break;
      }
      case "refused":
        return release(message.reason);
      case "reply": {
        const started = message.value as Started;
        if (!started.ok || started.pid === undefined) return release(notStarted(started));
        running = started.pid;
        spec.started(running);
        for (const word of waiting.splice(0)) self.send(running, word);
        if (ending !== undefined) untilUs = end(ending);
        break;
      }
      case "told":
      case "replan":
        if (running === undefined) waiting.push(message);
        else self.send(running, message);
        break;
      case "exit":
        if (isOf(message.from, cell)) return release(ending ?? message.reason);
        ending ??= message.reason;
        untilUs = end(ending);
        break;
      case "end":
        ending ??= message.cause;
        untilUs = end(ending);
        break;
    }
  }

  /** Asks the member to end, if it is there yet. */
  function end(reason: ExitReason): number {
    if (running === undefined) return Number.POSITIVE_INFINITY;
    self.exit(running, reason);
    return self.nowUs() + SHUTDOWN_MS * 1000;
  }

  function release(reason: ExitReason): ExitReason {
    spec.released(reason);
    return reason;
  }
}

/** The reason, when this says that the whole cell has ended. */
function cellEnd(
  message: StandInMessage | DownMessage | ExitMessage,
  cell: Pid,
  watch: number,
): ExitReason | undefined {
  if (message.type === "down") return message.ref === watch ? message.reason : undefined;
  if (message.type !== "exit" || !isOf(message.from, cell)) return undefined;
  const { reason } = message;
  // A member may also die of the end of another cell that it was bound to.
  return typeof reason === "object" && "cell" in reason && reason.cell === cell.cell ? reason : undefined;
}

function isOf(pid: Pid, { cell, incarnation }: Pid): boolean {
  return pid.cell === cell && pid.incarnation === incarnation;
}

function notStarted(started: Started): ExitReason {
  const why = started.ok ? "is not wanted" : `did not start: ${started.error.code}`;
  const reason = !started.ok && "reason" in started.error ? `: ${describeReason(started.error.reason)}` : "";
  return { error: `Error: the member ${why}${reason}`, stack: "" };
}
