/**
 * What cells promise, whatever runs them: in one thread under a virtual clock, or each in a thread of its own.
 * The same cases run over every kernel.
 */
import * as assert from "uvu/assert";
import type { CellLife, CellSpec, Kernel, KernelHooks } from "../../runtime/cell/kernel.ts";
import type { CrashDetails } from "../../runtime/introspection/report.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import { exportPid, importPid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { REPORT } from "./cell-bodies.ts";

/** A kernel with a reporter; `bodies` names the exports of `cell-bodies.ts`. */
export interface CellBench {
  readonly kernel: Kernel;
  /** What was reported, and what was never asked for: ends of cells, crashes. */
  readonly seen: string[];
  /** Until `count` lines were seen since the last call; returns them. Fails when they do not come. */
  next(count?: number): Promise<readonly string[]>;
  /** Lets things happen until `done`. */
  until(done: () => boolean): Promise<void>;
  /** Lets everything that is under way arrive; then nothing may have been seen. */
  quiet(): Promise<void>;
}

export type MakeBench = (t: SpecContext, hooks: BenchHooks) => CellBench;

export interface BenchHooks {
  ended(line: string): void;
  crashed(line: string): void;
  /** The crash as data, for who wants more than a line. */
  details?(life: CellLife, details: CrashDetails): void;
}

/** A specification of a cell by the name of its body. */
export function cell(name: string, body: string, args: readonly unknown[] = []): CellSpec {
  return { name, body: { module: bodiesUrl, name: body }, args };
}

export const bodiesUrl = new URL("./cell-bodies.js", import.meta.url).href;

/** A process of the kernel's cell that is told what the bodies have to say. */
export function reporter(seen: (line: string) => void) {
  return function* report(self: Self<string>): ProcessGenerator {
    self.register(REPORT);
    for (;;) seen((yield* self.receive()) as string);
  };
}

export function cellContract(kind: string, make: MakeBench): void {
  const given = (name: string, body: (bench: CellBench, log: string[], t: SpecContext) => Promise<void>) =>
    spec(
      `${kind}: ${name}`,
      async (t) => {
        const log: string[] = [];
        const bench = make(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) });
        await body(bench, log, t);
      },
      { limitMs: 30_000 },
    );

  given("a cell's first process may be sent to as soon as the cell was started", async ({ kernel, next }) => {
    const pid = kernel.startCell(cell("first", "mortal", ["m"]));
    kernel.cell.post(pid, { type: "end", how: "normal" });
    assert.equal(await next(), ["m runs"]);
  });

  given("two cells exchange requests and replies", async ({ kernel, next, quiet }) => {
    const echo = kernel.startCell(cell("echo", "echo"));
    kernel.startCell(cell("asker", "asker", [echo, 500]));
    assert.equal(await next(), ["500 answers"]);
    await quiet();
  });

  given("a message is found behind a thousand others that nobody wants yet", async ({ kernel, next }) => {
    const patient = kernel.startCell(cell("patient", "patient", [900]));
    kernel.startCell(cell("buries", "buries", [patient, 900]));
    assert.equal(await next(), ["answer 1 behind 900 of 900"]);
  });

  given("what was sent before a cell ran is all there, however much it was", async ({ kernel, next }) => {
    const patient = kernel.startCell(cell("patient", "patient", [900]));
    for (let n = 0; n < 900; n++) kernel.cell.post(patient, { type: "number", n });
    kernel.cell.post(patient, { type: "answer", n: 2 });
    assert.equal(await next(), ["answer 2 behind 900 of 900"]);
  });

  given("messages of one process arrive in order, and its end comes after them", async ({ kernel, next }) => {
    const source = kernel.startCell(cell("source", "streamer"));
    kernel.startCell(cell("sink", "listener", [source, 300]));
    assert.equal(await next(), ["300 in order, then Error: done"]);
  });

  given("what a cell said is heard before its end", async ({ kernel, next }) => {
    const mourner = kernel.startCell(cell("mourner", "mourner", [undefined]));
    const talker = kernel.startCell(cell("talker", "lastWords", [mourner, 500]));
    kernel.cell.post(mourner, { type: "ask", from: talker, n: 0 });
    assert.equal(await next(), ["500 numbers, then {cell talker, Error: last words said}"]);
  });

  given("the end of a cell: names free, then links and monitors with cell and cause", async (bench, log) => {
    const { kernel, next, quiet } = bench;
    const pid = kernel.startCell(cell("pump", "mortal", ["pump-name"]));
    assert.equal(await next(), ["pump-name runs"]);
    kernel.startCell(cell("watcher", "watcher", [pid, "pump-name"]));
    assert.equal(await next(), ["watches"]);
    kernel.cell.post(pid, { type: "end", how: "crash" });
    assert.equal(await next(2), [
      "down {cell pump, Error: told to crash}, name free",
      "exit {cell pump, Error: told to crash}, name free",
    ]);
    assert.equal(log, ["pump crashed: Error: told to crash", "pump 1 ended: Error: told to crash"]);
    await quiet();
  });

  given("a cell that is ended from outside dies of the cause it is given, once", async (bench, log) => {
    const { kernel, next, quiet } = bench;
    const pid = kernel.startCell(cell("fan", "mortal", ["fan-name"]));
    await next();
    kernel.startCell(cell("watcher", "watcher", [pid, "fan-name"]));
    await next();
    kernel.endCell("fan", 2, "killed");
    kernel.endCell("fan", 1, "hung");
    kernel.endCell("fan", 1, "late");
    assert.equal(await next(2), ["down {cell fan, hung}, name free", "exit {cell fan, hung}, name free"]);
    assert.equal(log, ["fan 1 ended: hung"]);
    await quiet();
  });

  given("a cell that cannot be loaded ends with the reason", async ({ kernel, next }, log) => {
    const pid = kernel.startCell(cell("broken", "notAFunction"));
    kernel.startCell(cell("watcher", "watcher", [pid, "none"]));
    const [, down] = await next(3);
    assert.match(
      down!,
      /^down (\{cell broken, TypeError: .*exports no function "notAFunction"\}|noproc), name free$/,
    );
    assert.is(log.length, 1);
    assert.match(log[0]!, /^broken 1 ended: TypeError: .*exports no function "notAFunction"$/);
  });

  given("a pid of a former life of a cell reaches nobody", async ({ kernel, next, until, quiet }, log) => {
    const first = kernel.startCell(cell("twice", "mortal", ["m"]));
    assert.equal(await next(), ["m runs"]);
    kernel.cell.post(first, { type: "end", how: "normal" });
    await until(() => log.length === 1);
    const second = kernel.startCell(cell("twice", "mortal", ["m"]));
    assert.equal(await next(), ["m runs"], "the name is free for the second life");
    assert.is.not(second.incarnation, first.incarnation);
    kernel.startCell(cell("late", "monitorsTheDead", [first]));
    assert.equal(await next(), ["down noproc, exit noproc"]);
    kernel.cell.post(first, { type: "end", how: "crash" });
    await quiet();
    assert.equal(log, ["twice 1 ended: normal"], "the second life goes on");
  });

  given("a pid with a wrong key reaches nobody", async ({ kernel, next, quiet }, log) => {
    const pid = kernel.startCell(cell("safe", "mortal", ["m"]));
    await next();
    const forged = importPid({ ...exportPid(pid), key: "0".repeat(32) });
    kernel.cell.post(forged, { type: "end", how: "crash" });
    kernel.cell.exit(undefined, forged, "kill");
    await quiet();
    assert.equal(log, []);
  });

  given("a name belongs to one process of the board; who takes it second ends", async (bench, log) => {
    const { kernel, next, until, quiet } = bench;
    kernel.startCell(cell("holder", "mortal", ["door"]));
    await next();
    const second = kernel.startCell(cell("second", "claimant", ["door"]));
    kernel.cell.post(second, { type: "go" });
    await until(() => log.some((line) => line.startsWith("second 1 ended")));
    assert.match(log.at(-1)!, /door" is taken|name door is taken/);
    assert.is(kernel.cell.names.whereis("door")?.cell, "holder");
    kernel.cell.post("door", { type: "end", how: "normal" });
    await until(() => log.some((line) => line === "holder 1 ended: normal"));
    const third = kernel.startCell(cell("third", "claimant", ["door"]));
    kernel.cell.post(third, { type: "go" });
    assert.equal(await next(), ["claimed door"]);
    await quiet();
  });

  given("a crash takes what is linked along, over cells; a normal end does not", async (bench, log) => {
    const { kernel, next, until, quiet } = bench;
    const start = (n: number) => {
      const target = kernel.startCell(cell(`target${n}`, "idle"));
      kernel.startCell(cell(`linked${n}`, "linked", [target]));
      return target;
    };
    const [crashes, ends] = [start(1), start(2)];
    await next(2);
    kernel.cell.post(ends, { type: "end", how: "normal" });
    kernel.cell.post(crashes, { type: "end", how: "crash" });
    const ended = () => log.filter((line) => line.includes("ended")).toSorted();
    await until(() => ended().length === 3);
    await quiet();
    assert.equal(ended(), [
      "linked1 1 ended: cell target1: Error: told to crash",
      "target1 1 ended: Error: told to crash",
      "target2 1 ended: normal",
    ]);
  });

  given("who unlinked and stopped watching hears nothing", async ({ kernel, next, until }, log) => {
    const target = kernel.startCell(cell("target", "idle"));
    const estranged = kernel.startCell(cell("estranged", "estranged", [target]));
    assert.equal(await next(), ["estranged"]);
    kernel.cell.post(target, { type: "end", how: "crash" });
    await until(() => log.some((line) => line.startsWith("target 1 ended")));
    kernel.cell.post(estranged, { type: "go" });
    assert.equal(await next(), ["heard nothing"]);
  });

  given("kill ends a process of another cell, and its links see killed", async ({ kernel, next }, log) => {
    const victim = kernel.startCell(cell("victim", "idle"));
    kernel.startCell(cell("killer", "killer", [victim]));
    assert.equal(await next(), ["victim {cell victim, killed}"]);
    assert.equal(log, ["victim 1 ended: killed"]);
  });

  given("pids survive the trip in every corner of a message and can be sent to", async ({ kernel, next }) => {
    const other = kernel.startCell(cell("other", "unpacker"));
    kernel.startCell(cell("packer", "packer", [other]));
    assert.equal((await next(8)).toSorted(), [
      "by a Set",
      "by a key of a Map",
      "by a list after undefined",
      "by a value of a Map",
      "by the cause of nothing",
      "monitored <bench.packer.1>",
      "one pid",
      "round the cycle",
    ]);
  });

  given("what cannot be sent is refused at the sender, with its place", async ({ kernel, next, quiet }) => {
    const other = kernel.startCell(cell("other", "echo"));
    kernel.startCell(cell("smuggler", "smuggler", [other]));
    assert.equal(await next(4), [
      "message.readings[2].callback: a function cannot be sent",
      'message.get("k"): an instance of Promise cannot be sent',
      "message.self: an instance of Self cannot be sent",
      "message: a symbol cannot be sent",
    ]);
    await quiet();
  });

  given("a cell whose arguments cannot be sent is not started", async ({ kernel, next }, log) => {
    assert.throws(() => kernel.startCell(cell("odd", "mortal", [() => 1])), "[0]: a function cannot be sent");
    kernel.startCell(cell("odd", "mortal", ["m"]));
    assert.equal(await next(), ["m runs"], "its name is free");
    assert.equal(log, []);
  });

  given("a process spawned in another cell is used like any other", async (bench, log) => {
    const { kernel, next, quiet } = bench;
    kernel.startCell(cell("host", "idle"));
    kernel.startCell(cell("spawner", "farSpawner", ["host"]));
    assert.equal(await next(2), ["<bench.host.3> answers 7", "it ended: normal"]);
    await quiet();
    assert.equal(log, [], "its end is not the cell's");
  });

  given("a process spawned in another cell ends with that cell", async ({ kernel, next, until }, log) => {
    const host = kernel.startCell(cell("host", "idle"));
    kernel.startCell(cell("own", "farSpawner", ["own"]));
    assert.equal(await next(2), ["<bench.own.3> answers 7", "it ended: normal"], "its own cell will do");
    kernel.cell.post(host, { type: "end", how: "normal" });
    await until(() => log.length === 1);
    kernel.startCell(cell("vain", "vainSpawner", ["host"]));
    assert.equal((await next(3)).at(-1), "cannot spawn in cell host: no such cell");
  });

  given("spawning where or what there is not fails with the reason", async ({ kernel, next }) => {
    kernel.startCell(cell("host", "idle"));
    kernel.startCell(cell("vain", "vainSpawner", ["host"]));
    assert.equal(await next(3), [
      "cannot spawn in cell nowhere: no such cell",
      "cannot spawn in cell kernel: no such cell",
      'cannot spawn in cell host: TypeError: cell-bodies.js exports no function "notAFunction"',
    ]);
  });

  given("two cells of one name cannot run at once", async ({ kernel, next }) => {
    kernel.startCell(cell("once", "mortal", ["m"]));
    assert.throws(() => kernel.startCell(cell("once", "idle")), /"once" is running already/);
    assert.throws(() => kernel.startCell(cell("kernel", "idle")), /"kernel" is running already/);
    await next();
  });
}

/** Hooks of a kernel that write down what ended and what crashed. */
export function hooksOf({ ended, crashed, details }: BenchHooks): KernelHooks {
  return {
    ended: ({ name, incarnation }, cause) => ended(`${name} ${incarnation} ended: ${describeReason(cause)}`),
    crashed: (life, report) => {
      crashed(`${life.name} crashed: ${describeReason(report.reason)}`);
      details?.(life, report);
    },
  };
}
