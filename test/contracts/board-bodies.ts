/** First processes of cells that talk with processes of another board. */
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call } from "../../runtime/behaviour/call.ts";
import { CallError } from "../../runtime/behaviour/call-error.ts";
import { serverBody } from "../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../runtime/behaviour/server-module.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import { exportPid, importPid, type Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { REPORT } from "./cell-bodies.ts";

export interface PumpCalls {
  /** Doubles. */
  flow(request: { n: number }): number;
  /** Never answered. */
  stuck(): number;
}

type Pump = ServerModule<string, PumpCalls, never, never, string>;

const pump: Pump = {
  name: "pump",
  version: 1,
  init: (name: string, self) => {
    self.publish(name);
    return { state: name };
  },
  handleCast: {},
  handleCall: {
    flow: (state, { n }) => ({ reply: 2 * n, state }),
    stuck: (state) => ({ noReply: true, state }),
  },
};

/** A server; its argument is its public name. */
export const pumping = serverBody(pump);

/** Its next version: three times as much. */
export const pumpingMore = serverBody<string, PumpCalls, never, never, string, never>({
  ...pump,
  version: 2,
  handleCall: { ...pump.handleCall, flow: (state, { n }) => ({ reply: 3 * n, state }) },
});

/** Calls until it is answered with three times as much, `after` times more; every call is to have its answer. */
export function* changing(self: Self, name: string, after: number): ProcessGenerator {
  const server = addressOf<Pump>(yield* find(self, name));
  self.send(REPORT, "calls");
  for (let n = 1, left = after; left > 0; n++) {
    const flow = yield* call(self, server, { type: "flow", n }, { within: 20_000 });
    if (flow === 3 * n) left--;
    else if (left < after || flow !== 2 * n) self.send(REPORT, `${n} was answered with ${flow}`);
    yield* self.sleep(1);
  }
  self.send(REPORT, "all answered");
  yield* self.sleep(60_000);
}

/** Calls `count` times, one after the other, as soon as the name is known. */
export function* calling(self: Self, name: string, count: number): ProcessGenerator {
  const server = addressOf<Pump>(yield* find(self, name));
  for (let n = 0; n < count; n++) {
    const flow = yield* call(self, server, { type: "flow", n }, { within: 20_000 });
    if (flow !== 2 * n) self.send(REPORT, `${n} was answered with ${flow}`);
  }
  self.send(REPORT, `${count} answers`);
  yield* self.sleep(60_000);
}

/** Waits for an answer that does not come. */
export function* waiting(self: Self, name: string): ProcessGenerator {
  const server = addressOf<Pump>(yield* find(self, name));
  self.send(REPORT, "waits");
  try {
    yield* call(self, server, { type: "stuck" }, { within: 50_000 });
  } catch (error) {
    self.send(REPORT, error instanceof CallError ? `call: ${error.code}` : String(error));
  }
  yield* self.sleep(60_000);
}

/** Monitors whoever has the name, each time anew. */
export function* watching(self: Self, name: string): ProcessGenerator {
  for (;;) {
    const pid = yield* find(self, name);
    self.monitor(pid);
    yield* reach(self, pid);
    self.send(REPORT, `watches ${pid}`);
    const { reason } = yield* self.receive("down");
    self.send(REPORT, `down: ${describeReason(reason)}`);
    while (self.whereis(name) !== undefined) yield* self.sleep(5);
  }
}

/** Guesses the key of whoever has the name or, with a `number`, of that process of its cell. */
export function* guessing(self: Self, name: string, number?: number): ProcessGenerator {
  const wire = exportPid(yield* find(self, name));
  const pid = importPid({ ...wire, number: number ?? wire.number, key: "0".repeat(32) });
  self.send(pid, { type: "number", n: 1 });
  self.exit(pid, "kill");
  self.monitor(pid);
  const { reason } = yield* self.receive("down");
  self.send(REPORT, `down: ${describeReason(reason)}`);
  yield* self.sleep(60_000);
}

/** Linked with whoever has the name. */
export function* bound(self: Self, name: string): ProcessGenerator {
  self.trapExit();
  const pid = yield* find(self, name);
  self.link(pid);
  yield* reach(self, pid);
  self.send(REPORT, "linked");
  const { reason } = yield* self.receive("exit");
  self.send(REPORT, `exit: ${describeReason(reason)}`);
  yield* self.sleep(60_000);
}

/** What was sent before has arrived when this is answered. */
function* reach(self: Self, pid: Pid): ProcessGenerator {
  yield* call(self, addressOf<Pump>(pid), { type: "flow", n: 1 }, { within: 20_000 });
}

function* find(self: Self, name: string): ProcessGenerator<Pid> {
  for (;;) {
    const pid = self.whereis(name);
    if (pid !== undefined) return pid;
    yield* self.sleep(5);
  }
}

/** Numbers to whoever has the name, `count` of them in one go. */
export function* pouring(self: Self, name: string, count: number): ProcessGenerator {
  const pid = yield* find(self, name);
  for (let n = 0; n < count; n++) self.send(pid, { type: "number", n });
  self.send(REPORT, `${count} poured`);
  yield* self.sleep(60_000);
}

/** Says of all numbers whether they came in order, and how many, when `count` have come and no more do. */
export function* catching(
  self: Self<{ type: "number"; n: number }>,
  name: string,
  count: number,
): ProcessGenerator {
  self.publish(name);
  let [next, heard] = [0, 0];
  for (;;) {
    const message = yield* self.receive("number", { within: heard < count ? 20_000 : 50 });
    if (message === undefined) break;
    if (message.n < next) self.send(REPORT, `${message.n} after ${next - 1}`);
    next = message.n + 1;
    heard++;
  }
  self.send(REPORT, `${heard} numbers, the last ${next - 1}`);
  yield* self.sleep(60_000);
}
