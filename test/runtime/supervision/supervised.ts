/** A supervisor in a cell under a clock turned by hand: what it tells is the trace, what it is asked is answered. */
import * as assert from "uvu/assert";
import type { CellOptions } from "../../../runtime/process/cell-contract.ts";
import { describeReason, type ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Wait } from "../../../runtime/process/wait.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import { whichChildren } from "../../../runtime/supervision/supervisor-client.ts";
import type { ChildInfo } from "../../../runtime/supervision/supervisor-request.ts";
import type { SupervisorEvent, SupervisorSpec } from "../../../runtime/supervision/supervisor-spec.ts";
import { type HandCell, handCell } from "../process/hand-cell.ts";

/** A question to the supervisor, asked by a process of its own. */
export type Question<T> = (self: Self, supervisor: Pid) => Generator<Wait, T, void>;

export interface Supervised extends HandCell {
  readonly pid: Pid;
  /** Asks and runs what is due now; fails when the answer takes time. */
  ask<T>(question: Question<T>): T;
  /** Asks; the answer is there once it came. */
  later<T>(question: Question<T>): { answer?: T; error?: unknown };
  /** Pid of a child that has a process. */
  pidOf(id: string): Pid;
  /** `id state` of each child. */
  states(): readonly string[];
  /** Ends a process as from outside (`normal`: by a message, for `endsWhenTold`), and runs what follows at once. */
  end(pid: Pid, reason: ExitReason): void;
  /** Trace lines since the last call, without the times. */
  news(): readonly string[];
  /** Why the supervisor ended, when it did. */
  ended(): string | undefined;
  /** Fails unless the supervisor is over and nothing is left: processes, timers. */
  nothingLeft(): void;
}

export type TestSpec = Omit<SupervisorSpec, "strategy"> & { readonly strategy?: SupervisorSpec["strategy"] };

export function supervise(spec: TestSpec, options: Partial<CellOptions> = {}): Supervised {
  const hand = handCell(options);
  const { cell, clock, trace, until } = hand;
  const onEvent = (event: SupervisorEvent) => {
    trace.push(`${Math.round(clock.now() / 1000)} ${printEvent(event)}`);
    spec.onEvent?.(event);
  };
  const whole: SupervisorSpec = { strategy: "oneForOne", ...spec, onEvent };
  const body = supervisor(whole);
  let pid!: Pid;
  let endedBy: string | undefined;
  cell.spawn(function* watch(self: Self) {
    pid = self.spawn(body, [], { band: BAND.system, label: "supervisor" });
    self.monitor(pid);
    endedBy = describeReason((yield* self.receive("down")).reason);
  }, []);
  cell.run();
  let told = 0;
  const later = <T>(question: Question<T>) => {
    const result: { answer?: T; error?: unknown } = {};
    cell.spawn(function* asks(self: Self) {
      try {
        result.answer = yield* question(self, pid);
      } catch (error) {
        result.error = error;
      }
    }, []);
    cell.run();
    return result;
  };
  const ask = <T>(question: Question<T>): T => {
    const result = later(question);
    if (result.error !== undefined) throw result.error;
    assert.ok("answer" in result, "answered at once");
    return result.answer as T;
  };
  const children = (): readonly ChildInfo[] => ask(whichChildren);
  return {
    ...hand,
    pid,
    ask,
    later,
    pidOf(id) {
      const found = children().find((child) => child.id === id)?.pid;
      assert.ok(found, `${id} has a process`);
      return found!;
    },
    states: () => children().map(({ id, state }) => `${id} ${state}`),
    end(victim, reason) {
      if (reason === "normal") cell.post(victim, "end");
      else cell.exit(undefined, victim, reason);
      cell.run();
    },
    news() {
      const lines = trace.slice(told).map((line) => line.slice(line.indexOf(" ") + 1));
      told = trace.length;
      return lines;
    },
    ended: () => endedBy,
    nothingLeft() {
      assert.ok(endedBy !== undefined, "the supervisor ended");
      until(clock.now() / 1000 + 60_000);
      assert.is(cell.processCount, 0, "no process is left");
      assert.is(cell.timerCount, 0, "no timer is left");
    },
  };
}

export function printEvent(event: SupervisorEvent): string {
  const { kind, id } = event;
  if (kind === "started") return `started ${id}#${event.restarts}`;
  if (kind === "ended") {
    return `${event.asked ? "stopped" : "ended"} ${id}: ${describeReason(event.reason)}`;
  }
  if (kind === "startFailed" || kind === "held" || kind === "gaveUp") {
    return `${kind} ${id}: ${describeReason(event.reason)}`;
  }
  return `${kind} ${id}`;
}

/** Ends of every kind, as a process can be ended from outside. */
export const CRASH: ExitReason = { error: "Error: crash", stack: "" };
