/** First processes of the cells that names and groups are tested with, over every kernel. */
import type { GroupMessage } from "../../runtime/process/groups.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { type BodyMessage, REPORT } from "./cell-bodies.ts";

type GroupBodyMessage = BodyMessage | GroupMessage;

/** Is in the group until it is told to go, and lives until it is told to end. */
export function* joins(self: Self<BodyMessage>, group: string): ProcessGenerator {
  self.join(group);
  self.send(REPORT, `${place(self.pid)} joined`);
  for (;;) {
    const message = yield* self.receive(["go", "end"]);
    if (message.type === "go") self.send(REPORT, `${place(self.pid)} left: ${self.leave(group)}`);
    else if (message.how === "crash") throw new Error("told to crash");
    else return;
  }
}

/** The first process of a cell with a member in it that is not the first; `go` ends that one. */
export function* hasMember(self: Self<BodyMessage>, group: string): ProcessGenerator {
  const child = self.spawn(joins, [group]);
  yield* self.receive("go");
  self.send(child, { type: "end", how: "crash" });
  yield* self.receive("end");
}

/** Follows a group, and watches everybody it sees in it. */
export function* follows(self: Self<GroupBodyMessage>, group: string): ProcessGenerator {
  const { members } = self.monitorGroup(group);
  for (const pid of members) self.monitor(pid);
  self.send(REPORT, `sees ${places(members)}`);
  for (;;) {
    const message = yield* self.receive(["group", "down"]);
    if (message.type === "down") {
      self.send(REPORT, `down ${place(message.pid)}, left are ${places(self.members(group))}`);
      continue;
    }
    for (const pid of message.joined ?? []) {
      self.monitor(pid);
      self.send(REPORT, `+${place(pid)}`);
    }
    for (const pid of message.left ?? []) self.send(REPORT, `-${place(pid)}`);
  }
}

/** Says who is in a group each time it is asked. */
export function* asksFor(self: Self<BodyMessage>, group: string): ProcessGenerator {
  for (;;) {
    yield* self.receive("go");
    self.send(REPORT, `sees ${places(self.members(group))}, here ${places(self.localMembers(group))}`);
  }
}

/** Takes a name and joins its holders, both at once, when told. */
export function* races(self: Self<BodyMessage>, name: string): ProcessGenerator {
  yield* self.receive("go");
  self.register(name);
  self.join(name);
  yield* self.receive("end");
}

/** Takes names, one of them public, and gives the public one back when told. */
export function* publishes(self: Self<BodyMessage>): ProcessGenerator {
  self.register("private");
  self.register("shop");
  self.publish("shop");
  self.send(REPORT, "open");
  yield* self.receive("go");
  self.unregister("shop");
  self.publish("stall");
  self.send(REPORT, "moved");
  yield* self.receive("end");
}

function places(pids: readonly Pid[]): string {
  return `[${pids.map(place).sort().join(" ")}]`;
}

function place({ cell, number }: Pid): string {
  return `${cell}.${number}`;
}
