/** What introspection promises across cells, over every kernel. */
import * as assert from "uvu/assert";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { CrashLog } from "../../runtime/introspection/crash-log.ts";
import { type InspectReply, type InspectRequest, inspector } from "../../runtime/introspection/inspector.ts";
import type { TraceEntry } from "../../runtime/introspection/report.ts";
import { exportPid, importPid, type Pid } from "../../runtime/process/pid.ts";
import { BAND } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { ReplyMessage } from "../../runtime/process/signal.ts";
import { readThreadTime } from "../../runtime/time/thread-time.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { type CellBench, cell, type MakeBench } from "./cells.ts";

/** A bench with an inspector, and a way to ask it from a process of the kernel's cell. */
export interface InspectionBench extends CellBench {
  readonly crashes: CrashLog;
  ask<K extends InspectReply["is"]>(
    request: InspectRequest,
    is: K,
  ): Promise<Extract<InspectReply, { is: K }>>;
}

/** `answerMs`: how long a cell is waited for. */
export function inspectionBench(bench: CellBench, crashes: CrashLog, answerMs = 20_000): InspectionBench {
  const { kernel } = bench;
  const answers: InspectReply[] = [];
  const server = kernel.cell.spawn(inspector(kernel, crashes, { answerMs }), []);
  const asker = kernel.cell.spawn(function* ask(self: Self<InspectRequest>) {
    for (;;) {
      const request = (yield* self.receive((message) => "what" in message)) as InspectRequest;
      const ref = self.monitor(server);
      self.send(server, { type: "call", from: self.pid, ref, request });
      const reply = (yield* self.receive(ref)) as unknown as ReplyMessage;
      answers.push(reply.value as InspectReply);
    }
  }, []);
  return {
    ...bench,
    crashes,
    async ask(request, is) {
      const before = answers.length;
      kernel.cell.post(asker, request);
      await bench.until(() => answers.length > before);
      const answer = answers[before]!;
      assert.is(answer.is, is, JSON.stringify(answer));
      return answer as never;
    },
  };
}

export function inspectionContract(kind: string, make: MakeBench): void {
  const given = (name: string, body: (bench: InspectionBench, t: SpecContext) => Promise<void>) =>
    spec(
      `${kind}: ${name}`,
      async (t) => {
        const crashes = new CrashLog("bench", () => 0);
        const bench = make(t, {
          ended: () => {},
          crashed: () => {},
          details: (life, details) => void crashes.crashed(life, details),
        });
        await body(inspectionBench(bench, crashes), t);
      },
      { limitMs: 30_000 },
    );

  given("the board is told of with all its cells and their processes", async (bench) => {
    const { kernel, next, ask } = bench;
    kernel.startCell(cell("pump", "mortal", ["pump-name"]));
    assert.equal(await next(), ["pump-name runs"]);
    const { board } = await ask({ what: "board", query: {} }, "board");
    assert.is(board.board, "bench");
    assert.equal(
      board.cells.map(({ cell: name, incarnation, restarts, loop, booting }) =>
        [name, incarnation, restarts, loop, booting].join(" "),
      ),
      ["kernel 1 0 event false", "pump 1 0 blocking false"],
    );
    const [kernelView, pump] = board.cells;
    assert.equal(
      kernelView?.report?.processes.map(({ function: name, state }) => `${name} ${state}`),
      ["report waiting", "inspect running", "ask waiting"],
    );
    const [process, ...more] = pump!.report!.processes;
    assert.equal(
      more.map((each) => each.function),
      ["spawner"],
    );
    assert.equal(
      [process?.pid, process?.function, process?.names, process?.waitsFor, process?.label],
      ["<bench.pump.1>", "mortal", ["pump-name"], "end", "pump"],
    );
    assert.ok(pump!.report!.heap.usedBytes > 0);
    const { thread } = pump!.report!;
    const isOwn = kind !== "local" && readThreadTime() !== null;
    assert.is(thread !== null && thread.ranUs > 0, isOwn, "time of a thread is told where it has one");
    // What a child counts is heard of some time later.
    const { resumes } = pump!;
    if (kind === "thread") assert.ok(resumes !== null && resumes > 0, String(resumes));
    else assert.is(typeof resumes === "number", kind === "child");
    assert.equal(pump!.report!.counts, {
      dead: 0,
      forged: 0,
      overflow: 0,
      credit: 0,
      late: 0,
      unreported: 0,
    });
  });

  given("the processes of a cell run in the band that it is started with", async ({ kernel, next, ask }) => {
    kernel.startCell({ ...cell("pump", "mortal", ["m"]), band: BAND.critical });
    assert.equal(await next(), ["m runs"]);
    const { board } = await ask({ what: "board", cell: "pump", query: {} }, "board");
    assert.equal(
      board.cells[0]!.report!.processes.map(({ function: name, band }) => `${name} ${band}`),
      ["mortal critical", "spawner system"],
    );
  });

  given(
    "one cell may be asked for, and one that is not there is not told of",
    async ({ kernel, next, ask }) => {
      for (const name of ["a", "b"]) kernel.startCell(cell(name, "mortal", [name]));
      await next(2);
      const one = await ask({ what: "board", cell: "b", query: {} }, "board");
      assert.equal(
        one.board.cells.map((view) => view.cell),
        ["b"],
      );
      assert.equal((await ask({ what: "board", cell: "c", query: {} }, "board")).board.cells, []);
      const few = await ask({ what: "board", query: { match: "mortal" } }, "board");
      assert.equal(
        few.board.cells.map(({ report }) => report?.processes.length),
        [0, 1, 1],
      );
    },
  );

  given(
    "a forged pid has no effect and is counted where it is forged for; its user hears noproc",
    async (bench) => {
      const { kernel, next, ask, quiet } = bench;
      const wire = exportPid(kernel.startCell(cell("safe", "mortal", ["m"])));
      assert.equal(await next(), ["m runs"]);
      const guesses = { key: { ...wire, key: "0".repeat(32) }, number: { ...wire, number: 77 } };
      for (const [name, guess] of Object.entries(guesses)) {
        // It is told to end, watched and linked.
        kernel.startCell(cell(name, "monitorsTheDead", [importPid(guess)]));
        assert.equal(await next(), ["down noproc, exit noproc"]);
      }
      await quiet();
      const { board } = await ask({ what: "board", cell: "safe", query: {} }, "board");
      const [safe] = board.cells;
      assert.is(safe?.incarnation, 1);
      assert.is(safe?.report?.counts.forged, 6);
      assert.equal(safe?.report?.processes[0]?.links, { count: 0, pids: [] });
      assert.equal(safe?.report?.processes[0]?.monitoredBy, { count: 0, pids: [] });
    },
  );

  given("a crash is kept with its cell, its messages and its life", async (bench) => {
    const { kernel, next, until, ask, crashes } = bench;
    const spec: CellSpec = { ...cell("pump", "mortal", ["m"]), lastMessages: 5 };
    const pid = kernel.startCell(spec);
    await next();
    kernel.cell.post(pid, { type: "not for you" });
    kernel.cell.post(pid, { type: "end", how: "crash" });
    await until(() => crashes.total === 1);
    const told = await ask({ what: "crashes" }, "crashes");
    assert.is(told.total, 1);
    const [entry] = told.crashes;
    assert.equal(
      [entry?.cell, entry?.incarnation, entry?.pid, entry?.names, entry?.handled, entry?.waiting],
      ["pump", 1, "<bench.pump.1>", ["m"], ['{type: "end", how: "crash"}'], ['{type: "not for you"}']],
    );
    assert.equal((await ask({ what: "crashes", cell: "other" }, "crashes")).crashes, []);
  });

  given(
    "a trace tells of all cells in order of time, also of one that starts while it runs",
    async (bench) => {
      const { kernel, next, ask, until } = bench;
      const echo = kernel.startCell(cell("echo", "echo"));
      kernel.startCell(cell("first", "asker", [echo, 1]));
      assert.equal(await next(), ["1 answers"]);
      const filter = { tags: ["ask", "answer"] };
      const { trace } = await ask({ what: "startTrace", filter, forMs: 60_000 }, "trace");
      const entries: TraceEntry[] = [];
      const read = async (enough: () => boolean) => {
        for (let turn = 0; turn < 100 && !enough(); turn++) {
          entries.push(...(await ask({ what: "readTrace", trace }, "entries")).entries);
        }
        assert.ok(enough(), JSON.stringify(entries));
      };
      kernel.startCell(cell("second", "asker", [echo, 1]));
      assert.equal(await next(), ["1 answers"]);
      await read(() => entries.length >= 2);
      const told = (of: readonly TraceEntry[]) =>
        of.map(({ cell: at, kind, text }) => `${at} ${kind} ${text}`);
      const ask0 = '{type: "ask", from: <bench.second.1>, n: 0}';
      const fromEcho = entries.filter((entry) => entry.cell === "echo");
      assert.equal(told(fromEcho), [`echo receive ${ask0}`, 'echo send {type: "answer", n: 0}']);
      assert.equal(
        entries,
        entries.toSorted((a, b) => a.atUs - b.atUs),
      );
      // The second asker was not there when the trace was started; by now it is traced, too.
      const { board } = await ask({ what: "board", cell: "second", query: {} }, "board");
      assert.is.not(board.cells[0]?.report?.trace ?? null, null);
      const stopped = await ask({ what: "stopTrace", trace }, "entries");
      assert.not(stopped.running);
      await until(() => kernel.cell.trace === undefined);
      await ask({ what: "readTrace", trace }, "refused");
    },
  );

  given("one trace runs at a time, for its time", async (bench) => {
    const { ask, kernel } = bench;
    const long = await ask({ what: "startTrace", filter: {}, forMs: 60_000 }, "trace");
    const forMs = 2000;
    const refused = await ask({ what: "startTrace", filter: {}, forMs }, "refused");
    assert.match(refused.why, /^a trace runs for another [456]\d s$/);
    await ask({ what: "stopTrace", trace: long.trace }, "entries");
    const { trace } = await ask({ what: "startTrace", filter: {}, forMs }, "trace");
    let running = true;
    for (let turn = 0; turn < 1000 && running; turn++) {
      ({ running } = await ask({ what: "readTrace", trace }, "entries"));
    }
    assert.not(running);
    const wrong = await ask({ what: "startTrace", filter: {}, forMs, capacity: 0 }, "refused");
    assert.match(wrong.why, /^capacity: 0 is not/);
    const again = await ask({ what: "startTrace", filter: {}, forMs }, "trace");
    assert.is.not(again.trace, trace);
    await ask({ what: "stopTrace", trace: again.trace }, "entries");
    assert.is(kernel.cell.trace, undefined);
  });

  given("the inspector outlives who asks it", async ({ kernel, ask }) => {
    const server = kernel.cell.names.whereis("inspector") as Pid;
    kernel.cell.spawn(function* impatient(self: Self) {
      const ref = self.monitor(server);
      self.send(server, { type: "call", from: self.pid, ref, request: { what: "board", query: {} } });
    }, []);
    const { board } = await ask({ what: "board", query: {} }, "board");
    assert.is(board.cells.length, 1);
  });
}
