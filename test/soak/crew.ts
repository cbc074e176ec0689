/**
 * What runs in each cell of the soak: streams to every other cell whose numbers are checked on arrival, bonds
 * between cells that are broken in every way, churn inside the cell, timers. Whoever sees a promise broken tells
 * the auditor.
 */

import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { Histogram } from "../../runtime/time/histogram.ts";
import { AUDITOR, type CellSample, type Fault } from "./auditor.ts";
import { bonds } from "./bonds.ts";
import { churn } from "./churn.ts";
import { drawer } from "./draw.ts";
import { receiver, stream } from "./streams.ts";

export type CrewMessage =
  | { readonly type: "fault"; readonly fault: Fault }
  | { readonly type: "sample"; readonly id: number }
  | { readonly type: "counted"; readonly of: keyof CellSample["counts"]; readonly n: number }
  | { readonly type: "late"; readonly us: number };

const NOTHING: CellSample["counts"] = { streamed: 0, bonds: 0, churned: 0, restarts: 0 };

/** The first process of a cell. `others` are the cells it talks to. */
export function* crew(self: Self<CrewMessage>, me: string, others: readonly string[], seed: number) {
  self.trapExit();
  self.register(`crew.${me}`);
  const starts: (() => Pid)[] = [
    () => self.spawn(receiver, [me, self.pid], { label: "receiver" }),
    () => self.spawn(churn, [self.pid, seed], { label: "churn" }),
    () => self.spawn(ticker, [self.pid, seed], { label: "ticker" }),
    ...others.flatMap((other, n) => [
      () => self.spawn(stream, [me, other, seed + n], { label: `stream to ${other}` }),
      () => self.spawn(bonds, [me, other, self.pid, seed + n], { label: `bonds with ${other}` }),
    ]),
  ];
  const children = new Map<number, () => Pid>();
  const begin = (start: () => Pid) => void children.set(self.monitor(start()), start);
  for (const start of starts) begin(start);
  const lateness = new Histogram();
  let counts = { ...NOTHING };
  for (;;) {
    const message = yield* self.receive();
    switch (message.type) {
      case "counted":
        counts[message.of] += message.n;
        break;
      case "late":
        lateness.record(message.us);
        break;
      case "sample":
        self.send(AUDITOR, sample(me, message.id, counts, lateness));
        counts = { ...NOTHING };
        break;
      case "fault":
        yield* misbehave(self, message.fault);
        break;
      case "down": {
        const start = children.get(message.ref);
        children.delete(message.ref);
        counts.restarts++;
        if (start !== undefined) begin(start);
        break;
      }
    }
  }
}

function sample(
  cell: string,
  id: number,
  counts: CellSample["counts"],
  lateness: Histogram,
): { readonly type: "sample"; readonly sample: CellSample } {
  // A child process has no handle of the collector: what it has not collected says nothing.
  const { gc } = globalThis;
  gc?.();
  const { heapUsed: used, external } = process.memoryUsage();
  const heapUsed = gc === undefined ? 0 : used;
  return { type: "sample", sample: { cell, id, heapUsed, external, counts, late: lateness.quantiles() } };
}

function* misbehave(self: Self<CrewMessage>, fault: Fault): ProcessGenerator {
  if (fault === "crash") throw new Error("told to crash");
  if (fault === "hang") for (;;);
  if (fault === "leak") {
    const hoard: number[][] = [];
    for (;;) {
      hoard.push(new Array<number>(20_000).fill(hoard.length));
      yield* self.sleep(0.1);
    }
  }
  if (fault === "unlink") {
    // A child that takes itself out of everybody's sight, and is still ended with the cell.
    self.spawn(hides, []);
  }
}

function* hides(self: Self): ProcessGenerator {
  self.trapExit();
  for (;;) yield* self.receive();
}

/** Sends itself messages for later, cancels half of them, and tells how late the others came. */
function* ticker(self: Self<{ type: "tick"; dueUs: number }>, boss: Pid, seed: number): ProcessGenerator {
  const draw = drawer(seed);
  for (;;) {
    const ms = 1 + draw(30);
    const keep = self.sendAfter(ms, self.pid, { type: "tick", dueUs: self.nowUs() + ms * 1000 });
    const drop = self.sendAfter(ms, self.pid, { type: "tick", dueUs: 0 });
    if (!self.cancel(drop))
      self.send(AUDITOR, { type: "violation", text: "a timer that runs cannot be cancelled" });
    const tick = yield* self.receive("tick", { within: 20_000 });
    const lateUs = self.nowUs() - (tick?.dueUs ?? 0);
    if (tick === undefined) self.send(AUDITOR, { type: "violation", text: "a timer was lost" });
    else if (tick.dueUs === 0) self.send(AUDITOR, { type: "violation", text: "a cancelled timer fired" });
    else if (lateUs < 0) self.send(AUDITOR, { type: "violation", text: `a timer fired ${-lateUs} us early` });
    else self.send(boss, { type: "late", us: lateUs });
    if (self.cancel(keep))
      self.send(AUDITOR, { type: "violation", text: "a timer that fired was cancelled" });
  }
}

/** Counts numbers that are sent without regard to whether anybody takes them. */
export function* sink(self: Self<{ type: "drop" } | CrewMessage>, me: string): ProcessGenerator {
  self.register(`crew.${me}`);
  let n = 0;
  const none = new Histogram();
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "drop") n++;
    else if (message.type === "sample") {
      self.send(AUDITOR, { type: "sunk", n });
      self.send(AUDITOR, sample(me, message.id, NOTHING, none));
      n = 0;
    } else if (message.type === "fault") yield* misbehave(self as Self<CrewMessage>, message.fault);
  }
}
