/** Supervisors whose children are cells: the same cases over every kernel. */
import * as assert from "uvu/assert";
import type { CellSpec, Kernel } from "../../../runtime/cell/kernel.ts";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { ChildSpec } from "../../../runtime/supervision/child-spec.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import {
  startChild,
  startChildWith,
  terminateChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { printEvent, type Question, type TestSpec } from "./supervised.ts";

export interface CellKernelBench {
  readonly kernel: Kernel;
  /** Lets things happen until `done`. */
  until(what: string, done: () => boolean): Promise<void>;
}

export const MODULES = {
  children: new URL("./cell-children.js", import.meta.url).href,
  misbehaving: new URL("../fixtures/misbehaving.js", import.meta.url).href,
} as const;

export interface SupervisedCells extends CellKernelBench {
  readonly pid: Pid;
  /** What the supervisor told, without the times. */
  readonly events: string[];
  ask<T>(question: Question<T>): Promise<T>;
  ended(): string | undefined;
}

export function cellOf(
  name: string,
  body: string,
  args: readonly unknown[] = [],
  module: keyof typeof MODULES = "misbehaving",
): CellSpec {
  return { name, body: { module: MODULES[module], name: body }, args };
}

export function superviseCells(bench: CellKernelBench, more: TestSpec): SupervisedCells {
  const { kernel, until } = bench;
  const events: string[] = [];
  const body = supervisor({
    strategy: "oneForOne",
    intensity: 5,
    kernel,
    ...more,
    onEvent: (event) => void events.push(printEvent(event)),
  });
  const pid = kernel.cell.spawn(body, [], { band: BAND.system, label: "supervisor" });
  let endedBy: string | undefined;
  kernel.cell.spawn(function* watch(self: Self) {
    self.monitor(pid);
    endedBy = describeReason((yield* self.receive("down")).reason);
  }, []);
  kernel.cell.post(pid, "go");
  return {
    ...bench,
    pid,
    events,
    async ask(question) {
      const result: { answer?: unknown; error?: unknown } = {};
      const asker = kernel.cell.spawn(function* asks(self: Self) {
        try {
          result.answer = yield* question(self, pid);
        } catch (error) {
          result.error = error;
        }
      }, []);
      kernel.cell.post(asker, "go");
      await until("an answer", () => "answer" in result || "error" in result);
      if (result.error !== undefined) throw result.error;
      return result.answer as never;
    },
    ended: () => endedBy,
  };
}

export function supervisedCellsContract(kind: string, make: (t: SpecContext) => CellKernelBench): void {
  const given = (name: string, body: (bench: CellKernelBench) => Promise<void>) =>
    spec(`${kind}: ${name}`, async (t) => body(make(t)), { limitMs: 60_000 });
  const idle = (id: string): ChildSpec => ({ id, start: { cell: cellOf(id, "idles") } });

  given("a cell that crashes is started again, when everything of its last life is gone", async (bench) => {
    const { kernel, events, ask, until } = superviseCells(bench, {
      children: [
        { id: "a", startMs: 20_000, start: { cell: cellOf("a", "named", ["pump"], "children") } },
        { id: "b", start: { cell: cellOf("b", "fragile", [], "children") } },
      ],
    });
    await until("both run", () => events.length === 2);
    const [a, b] = await ask(whichChildren);
    kernel.endCell("a", a!.pid!.incarnation, "hung");
    kernel.cell.post(b!.pid!, "crash");
    await until("both run again", () => events.filter((line) => line.endsWith("#1")).length === 2);
    const again = await ask(whichChildren);
    assert.equal(
      again.map(({ id, state, pid }) => `${id} ${state} ${pid!.incarnation}`),
      ["a running 2", "b running 2"],
    );
    assert.is(kernel.cell.names.whereis("pump")?.incarnation, 2);
    assert.equal(events.toSorted().slice(0, 2), [
      "ended a: cell a: hung",
      "ended b: cell b: Error: told to crash",
    ]);
  });

  given("cells start one when the former is ready, and end in reverse", async (bench) => {
    const ids = ["a", "b", "c"];
    const { kernel, pid, events, until, ended } = superviseCells(bench, {
      strategy: "oneForAll",
      children: ids.map((id) => ({
        id,
        startMs: 20_000,
        start: { cell: cellOf(id, "named", [id], "children") },
      })),
    });
    await until("all run", () => events.length === 3);
    kernel.endCell("b", 1, "hung");
    await until("all run again", () => events.length === 9);
    assert.equal(events, [
      "started a#0",
      "started b#0",
      "started c#0",
      "ended b: cell b: hung",
      "stopped c: cell c: shutdown",
      "stopped a: cell a: shutdown",
      "started a#1",
      "started b#1",
      "started c#1",
    ]);
    kernel.cell.exit(undefined, pid, "shutdown");
    await until("it ended", () => ended() !== undefined);
    assert.equal(
      events.slice(9),
      ids.toReversed().map((id) => `stopped ${id}: cell ${id}: shutdown`),
    );
    assert.equal(
      ids.map((id) => kernel.cell.names.whereis(id)),
      [undefined, undefined, undefined],
    );
  });

  given("a cell that does not end when asked is ended by the kernel", async (bench) => {
    const { ask, events, until } = superviseCells(bench, {
      children: [
        {
          id: "deaf",
          shutdownMs: 100,
          startMs: 20_000,
          start: { cell: cellOf("deaf", "readyAndDeaf", [], "children") },
        },
        idle("other"),
      ],
    });
    await until("both run", () => events.length === 2);
    assert.equal(await ask((self, sup) => terminateChild(self, sup, "deaf", 20_000)), { ok: true });
    assert.equal(events.slice(2), ["stopped deaf: cell deaf: killed"]);
  });

  given("a cell that cannot be loaded ends the supervisor when it was tried too often", async (bench) => {
    const { events, until, ended } = superviseCells(bench, {
      intensity: 2,
      periodMs: 60_000,
      children: [{ id: "none", start: { cell: cellOf("none", "nobody") } }],
    });
    await until("it gave up", () => ended() !== undefined);
    assert.is(events.filter((line) => line.startsWith("ended none: cell none: TypeError")).length, 3);
    assert.is(ended(), "shutdown: none reached its restart intensity");
  });

  given("cells are started and ended by message; a name that is in use is a failed start", async (bench) => {
    const { kernel, ask } = superviseCells(bench, { children: [] });
    const taken = kernel.startCell(cellOf("taken", "idles"));
    const cellChild = (name: string) => ({ id: name, start: { cell: cellOf(name, "idles") } });
    const started = await ask((self, sup) => startChild(self, sup, cellChild("new")));
    assert.ok(started.ok && started.pid?.cell === "new");
    const failed = await ask((self, sup) => startChild(self, sup, cellChild("taken")));
    assert.ok(!failed.ok && failed.error.code === "startFailed");
    assert.match(JSON.stringify(failed), "is running already");
    assert.equal(await ask((self, sup) => terminateChild(self, sup, "new", 20_000)), { ok: true });
    kernel.endCell("taken", taken.incarnation, "shutdown");
  });

  given("a simpleOneForOne of cells gives each a name of its own", async (bench) => {
    const { ask } = superviseCells(bench, {
      strategy: "simpleOneForOne",
      children: [{ id: "c", start: { cell: cellOf("c", "slowToEnd") } }],
    });
    for (const ms of [1, 2]) assert.ok((await ask((self, sup) => startChildWith(self, sup, [ms]))).ok);
    const children = await ask(whichChildren);
    assert.equal(
      children.map(({ pid }) => pid!.cell),
      ["c.1", "c.2"],
    );
  });

  given("a supervisor in a cell is asked from another, and starts children in its own", async (bench) => {
    const { ask, events, until } = superviseCells(bench, {
      children: [
        {
          id: "inner",
          type: "supervisor",
          start: { cell: cellOf("inner", "innerSupervisor", [2], "children") },
        },
      ],
    });
    await until("it runs", () => events.length === 1);
    const inner = (await ask(whichChildren))[0]!.pid!;
    const body = { module: "inner", name: "idles" };
    const started = await ask((self) => startChild(self, inner, { id: "more", start: { body } }, 20_000));
    assert.ok(started.ok && started.pid?.cell === "inner");
    const listed = await ask((self) => whichChildren(self, inner));
    assert.equal(
      listed.map(({ id, state }) => `${id} ${state}`),
      ["inner 0 running", "inner 1 running", "more running"],
    );
    assert.equal(await ask((self, sup) => terminateChild(self, sup, "inner", 20_000)), { ok: true });
    assert.equal(events.slice(1), ["stopped inner: cell inner: shutdown"]);
  });

  given("when a supervisor is killed its cells end with it", async (bench) => {
    const { kernel, pid, ask, events, until } = superviseCells(bench, { children: [idle("a"), idle("b")] });
    await until("both run", () => events.length === 2);
    const pids = (await ask(whichChildren)).map((child) => child.pid!);
    const seen: string[] = [];
    const watcher = kernel.cell.spawn(function* watch(self: Self) {
      for (const each of pids) self.monitor(each);
      self.kill(pid);
      for (;;) seen.push(describeReason((yield* self.receive("down")).reason));
    }, []);
    kernel.cell.post(watcher, "go");
    await until("both ended", () => seen.length === 2);
    assert.equal(seen.toSorted(), ["cell a: killed", "cell b: killed"]);
  });
}
