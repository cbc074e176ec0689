/** Processes that do what they are told, one order after the other, and note what they did and what they heard. */
import { describeReason, type ExitReason } from "../../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Incoming, Self } from "../../../../runtime/process/self.ts";

/** What a puppet can do. `to` counts puppets, modulo how many there are; `nth` its own monitors likewise. */
export type Op =
  | Act
  | { readonly op: "take" }
  | { readonly op: "drain" }
  | { readonly op: "finish" }
  | { readonly op: "crash" };

type Act =
  | { readonly op: "link" | "unlink" | "monitor" | "kill" | "send"; readonly to: number }
  | { readonly op: "exit"; readonly to: number; readonly how: "normal" | "shutdown" | "tagged" }
  | { readonly op: "demonitor"; readonly nth: number }
  | { readonly op: "trap"; readonly on: boolean }
  | { readonly op: "spawn"; readonly linked: boolean };

export type Note =
  | { readonly did: Op["op"]; readonly to: number; readonly serial: number }
  | { readonly heard: "told"; readonly from: number; readonly serial: number }
  | { readonly heard: "exit"; readonly from: number; readonly reason: string }
  | { readonly heard: "down"; readonly from: number; readonly reason: string; readonly nth: number };

export type PuppetMessage =
  | { readonly type: "do"; readonly ops: readonly Op[] }
  | { readonly type: "told"; readonly from: number; readonly serial: number };

/** Where puppets stand: whoever made them knows their pids and reads their notes. */
export interface Stage {
  readonly size: number;
  /** A puppet's pid as another one has it. */
  pidOf(index: number, by: number): Pid;
  indexOf(pid: Pid): number;
  /** Counts what one puppet sends to another, from 0. */
  serial(from: number, to: number): number;
  spawn(self: Self<PuppetMessage>, by: number, linked: boolean): void;
  note(who: number, note: Note): void;
}

/** Most puppets on a stage: a scenario does not outgrow what it is to find. */
export const stageLimit = 12;

/** The reason of a tagged exit: nobody else gives it, so a receiver knows what it hears. */
export function tag(from: number, to: number, serial: number): ExitReason {
  return { shutdown: `${from}>${to}#${serial}` };
}

/** `patient`: it hears only orders until an order says `take` or `drain`; else it hears all as it comes. */
export function puppet(index: number, stage: Stage, patient: boolean) {
  return function* play(self: Self<PuppetMessage>): ProcessGenerator {
    const refs: number[] = [];
    const hear = (message: Incoming<PuppetMessage>) => {
      if (message.type !== "do") stage.note(index, heard(message, refs, stage));
    };
    for (;;) {
      const message = patient ? yield* self.receive("do") : yield* self.receive();
      if (message.type !== "do") {
        hear(message);
        continue;
      }
      for (const op of message.ops) {
        if (op.op === "finish") {
          stage.note(index, { did: "finish", to: index, serial: -1 });
          return;
        }
        if (op.op === "crash") throw new Error(`crash of ${index}`);
        if (op.op === "take") {
          const told = yield* self.receive("told", { within: 0 });
          if (told !== undefined) hear(told);
        } else if (op.op === "drain") {
          for (let more = true; more; ) {
            const next = yield* self.receive(undefined, { within: 0 });
            more = next !== undefined;
            if (next !== undefined) hear(next);
          }
        } else act(self, index, op, refs, stage);
      }
    }
  };
}

function act(self: Self<PuppetMessage>, index: number, op: Act, refs: number[], stage: Stage): void {
  const to = "to" in op ? op.to % stage.size : 0;
  const pid = "to" in op ? stage.pidOf(to, index) : self.pid;
  let serial = -1;
  switch (op.op) {
    case "link":
    case "unlink":
    case "kill":
      self[op.op](pid);
      break;
    case "monitor":
      serial = refs.push(self.monitor(pid)) - 1;
      break;
    case "demonitor":
      serial = refs.length === 0 ? -1 : op.nth % refs.length;
      if (serial >= 0) self.demonitor(refs[serial]!);
      break;
    case "send":
      serial = stage.serial(index, to);
      self.send(pid, { type: "told", from: index, serial });
      break;
    case "exit":
      if (op.how === "tagged") serial = stage.serial(index, to);
      self.exit(pid, op.how === "tagged" ? tag(index, to, serial) : op.how);
      break;
    case "trap":
      self.trapExit(op.on);
      break;
    case "spawn":
      if (stage.size < stageLimit) stage.spawn(self, index, op.linked);
      break;
  }
  stage.note(index, { did: op.op, to, serial });
}

function heard(
  message: Exclude<Incoming<PuppetMessage>, { type: "do" }>,
  refs: readonly number[],
  stage: Stage,
): Note {
  if (message.type === "told") return { heard: "told", from: message.from, serial: message.serial };
  const reason = describeReason(message.reason);
  if (message.type === "exit") return { heard: "exit", from: stage.indexOf(message.from), reason };
  return { heard: "down", from: stage.indexOf(message.pid), reason, nth: refs.indexOf(message.ref) };
}
