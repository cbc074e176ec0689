/**
 * What a change of code promises, whatever runs the cells: pids, names, bonds and messages stay; a bad version goes
 * as if it had never been, but for the messages that killed it.
 */
import * as assert from "uvu/assert";
import { SeededRandom } from "../../devices/world/seeded-random.ts";
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call, cast } from "../../runtime/behaviour/call.ts";
import type { Birth } from "../../runtime/behaviour/start.ts";
import type { TrialNews, TrialOptions } from "../../runtime/cell/code-change.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import type { BenchHooks, CellBench } from "./cells.ts";
import type { CounterModule, Got } from "./changed-bodies.ts";

export const changedUrl = new URL("./changed-bodies.js", import.meta.url).href;

/** For a server that hands its state over; the machine may keep its thread waiting. */
const STOP_MS = 20_000;

export type MakeChangeBench = (t: SpecContext, hooks: BenchHooks) => CellBench;

interface Seen {
  readonly numbers: Got[];
  /** Versions that answered calls. */
  readonly by: string[];
  readonly bound: string[];
  readonly news: TrialNews[];
  readonly log: string[];
  total: number;
}

/** A server of version 1 with somebody who streams to it, calls it, and is bound to it. */
export class Board {
  readonly bench: CellBench;
  readonly seen: Seen = {
    numbers: [],
    by: [],
    bound: [],
    news: [],
    log: [],
    total: Number.POSITIVE_INFINITY,
  };
  readonly sink: Pid;
  readonly pid: Pid;

  constructor(t: SpecContext, make: MakeChangeBench, body = "counter", birth?: Birth) {
    const note = (line: string) => void this.seen.log.push(line);
    this.bench = make(t, { ended: note, crashed: note });
    const { seen } = this;
    this.sink = this.bench.kernel.cell.spawn(function* sink(self: Self<object>): ProcessGenerator {
      for (;;) {
        const message = (yield* self.receive()) as object;
        if ("n" in message) seen.numbers.push(message as Got);
        else if ("by" in message) seen.by.push(String(message.by));
        else if ("total" in message) seen.total = Number(message.total);
        else if ("bound" in message) seen.bound.push(String(message.bound));
      }
    }, []);
    this.pid = this.start("counter", body, [{ sink: this.sink }, ...(birth === undefined ? [] : [birth])]);
  }

  start(name: string, body: string, args: readonly unknown[]): Pid {
    return this.bench.kernel.startCell({ name, body: { module: changedUrl, name: body }, args });
  }

  change(body: string, options: TrialOptions = {}): void {
    const code = { body: { module: changedUrl, name: body } };
    const patient = { stopMs: STOP_MS, ...options };
    this.bench.kernel.changeCell("counter", code, patient, (news) => void this.seen.news.push(news));
  }

  client(body: (self: Self<unknown>) => ProcessGenerator<unknown>): void {
    this.bench.kernel.cell.spawn(function* client(self: Self<unknown>) {
      yield* body(self);
    }, []);
    // The kernel's loop is told that there is something to do.
    this.bench.kernel.cell.post("nobody", "run");
  }

  cast(message: Parameters<typeof cast<unknown, never, never>>[2] | object): void {
    this.client(function* (self) {
      cast(self, server, message as never);
    });
    const server = addressOf<CounterModule>(this.pid);
  }

  phases(): string[] {
    return this.seen.news.map((news) =>
      "cause" in news ? `${news.phase}: ${describeReason(news.cause)}` : news.phase,
    );
  }

  async until(done: (seen: Seen) => boolean): Promise<void> {
    await this.bench.until(() => done(this.seen));
  }

  /** Somebody sends it numbers from now on. */
  async stream(): Promise<void> {
    this.#stream = this.start("stream", "streams", [this.pid, this.sink]);
    await this.until(({ numbers }) => numbers.length > 20);
  }

  #stream: Pid | undefined;

  /** Ends the stream: every number came once, in order, but for `lost`. */
  async assertWhole(lost: readonly number[] = []): Promise<void> {
    const enough = this.seen.numbers.length + 50;
    await this.until(({ numbers }) => numbers.length >= enough);
    this.bench.kernel.cell.post(this.#stream!, { type: "enough" });
    await this.until(({ numbers, total }) => numbers.length >= total - lost.length);
    const { total } = this.seen;
    const wanted = Array.from({ length: total }, (_, n) => n).filter((n) => !lost.includes(n));
    assert.equal(
      this.seen.numbers.map(({ n }) => n),
      wanted,
    );
  }

  versions(): string[] {
    const versions = this.seen.numbers.map(({ version }) => String(version));
    return versions.filter((version, at) => version !== versions[at - 1]);
  }
}

export function codeChangeContract(kind: string, make: MakeChangeBench): void {
  const given = (name: string, body: (t: SpecContext) => Promise<void>) =>
    spec(`${kind}: ${name}`, body, { limitMs: 60_000 });

  given(
    "a new version takes over while messages stream in: none is lost, doubled or overtaken",
    async (t) => {
      const board = new Board(t, make);
      const { bench, seen, pid, sink } = board;
      board.start("bound", "bound", [pid, sink]);
      await board.stream();
      board.start("calls", "calls", [pid, sink]);
      await board.until(({ bound, by }) => bound.length === 1 && by.length > 0);
      board.change("better", { trialMs: 50 });
      await board.until(({ news }) => news.length === 2);
      await board.until(({ by }) => by.at(-1) === "2");
      await board.assertWhole();
      assert.equal(board.versions(), ["1", "2"]);
      assert.equal(board.phases(), ["trial", "committed"]);
      assert.equal([...new Set(seen.by)], ["1", "2"], "every call was answered");
      assert.equal(seen.bound, ["ready"], "links and monitors saw nothing");
      const holder = bench.kernel.cell.names.whereis("counter");
      assert.is(String(holder), String(pid), "it kept its name");
      assert.equal(
        seen.log.filter((line) => !line.startsWith("counter#trial")),
        [],
        "nobody else heard of it",
      );
      board.cast({ type: "end", how: "normal" });
      await board.until(({ bound }) => bound.length === 3);
      assert.equal(
        seen.bound,
        ["ready", "down", "exit"],
        "its end is seen by those who were bound to it before",
      );
      assert.is(bench.kernel.cell.names.whereis("counter"), undefined);
    },
  );

  given("a version that crashes at its third message leaves nothing behind but its report", async (t) => {
    const board = new Board(t, make);
    const { seen, pid, sink } = board;
    board.start("bound", "bound", [pid, sink]);
    await board.stream();
    board.start("calls", "calls", [pid, sink]);
    await board.until(({ bound }) => bound.length === 1);
    board.change("crashesAtThird");
    await board.until(({ news }) => news.length === 2);
    assert.equal(board.phases(), ["trial", "rolledBack: Error: the third"]);
    await board.until(({ numbers }) => numbers.some(({ n }, at) => n !== at));
    const killer = seen.numbers.findIndex(({ n }, at) => n !== at);
    await board.assertWhole([killer]);
    const news = seen.news[1] as Extract<TrialNews, { phase: "rolledBack" }>;
    assert.is(news.lost.length, 1);
    assert.match(news.lost[0]!, new RegExp(`n: ${killer}\\b`), "the message that killed it is named");
    assert.equal(board.versions(), ["1", "crashes", "1"]);
    assert.ok(
      seen.by.every((by) => by === "1" || by === "crashes"),
      `every call was answered: ${seen.by}`,
    );
    assert.equal(seen.bound, ["ready"]);
    board.client(function* (self) {
      const { count } = yield* call(self, addressOf<CounterModule>(pid), { type: "count" });
      seen.bound.push(`${count}`);
    });
    await board.until(({ bound }) => bound.length === 2);
    assert.is(
      seen.bound[1],
      String(seen.total - 1),
      "its state is that of the last step and what came after",
    );
  });

  for (const [body, cause] of [
    ["diesInCodeChange", /^rolledBack: Error: cannot take that over$/],
    ["diesAtStart", /^rolledBack: Error: dead before it began$/],
    ["notThere", /^rolledBack: TypeError: .*exports no function "notThere"$/],
    ["keepsFunctions", /^rolledBack: UncopyableError: .*a function cannot be sent$/],
  ] as const) {
    given(`a version that never comes to life (${body}) changes nothing`, async (t) => {
      const board = new Board(t, make);
      const { seen, pid, sink } = board;
      board.start("bound", "bound", [pid, sink]);
      await board.stream();
      await board.until(({ bound }) => bound.length === 1);
      board.change(body);
      await board.until(({ news }) => news.length > 0);
      assert.match(board.phases().at(-1)!, cause);
      await board.assertWhole();
      assert.equal(board.versions(), ["1"]);
      assert.equal(seen.bound, ["ready"]);
    });
  }

  given("a version whose state cannot be taken back goes back to the state at the hand-over", async (t) => {
    const board = new Board(t, make);
    const { seen, pid } = board;
    for (let n = 0; n < 10; n++) board.cast({ type: "number", n });
    await board.until(({ numbers }) => numbers.length === 10);
    board.change("cannotGoBack");
    await board.until(({ news }) => news.length <= 1);
    board.client(function* (self) {
      for (let n = 10; n < 15; n++) cast(self, addressOf<CounterModule>(pid), { type: "number", n });
      yield* self.sleep(500);
      const { count } = yield* call(self, addressOf<CounterModule>(pid), { type: "count" });
      seen.bound.push(`${count}`);
    });
    await board.until(({ bound }) => bound.length === 1);
    const taken = seen.numbers.filter(({ version }) => version === "one way").length;
    const before = seen.numbers.filter(({ version }) => version === 1).length;
    assert.is(Number(seen.bound[0]), before, `${taken} messages of the new version are not in the state`);
  });

  given("timers go over with their handles, and a call under way is answered by who took it", async (t) => {
    const changed = async (ms: number) => {
      const board = new Board(t, make);
      const { seen, pid } = board;
      board.cast({ type: "alarmIn", ms });
      board.client(function* (self) {
        const server = addressOf<CounterModule>(pid);
        seen.by.push(`slow ${yield* call(self, server, { type: "slow", ms: 200 }, { within: 20_000 })}`);
      });
      board.change("better", { trialMs: 10 });
      await board.until(({ news, by }) => news.length === 2 && by.length === 1);
      assert.equal(seen.by, ["slow 1"]);
      await board.until(({ numbers }) => numbers.length === 1);
      return board;
    };
    let board = await changed(600);
    // The machine may keep the new version from starting until the alarm has gone off.
    for (const ms of [3000, 10_000]) if (board.seen.numbers[0]?.version !== 2) board = await changed(ms);
    const { seen, pid } = board;
    const server = addressOf<CounterModule>(pid);
    assert.equal(seen.numbers, [{ n: "alarm", version: 2 }]);
    board.cast({ type: "alarmIn", ms: 100_000 });
    board.client(function* (self) {
      seen.by.push(`cancelled ${yield* call(self, server, { type: "cancel" })}`);
    });
    await board.until(({ by }) => by.length === 2);
    assert.equal(seen.by[1], "cancelled true");
  });

  given(
    "a timer that the old version started is cancelled by the new one, by the handle it inherited",
    async (t) => {
      const board = new Board(t, make);
      const { seen, pid } = board;
      board.cast({ type: "alarmIn", ms: 60_000 });
      board.cast({ type: "number", n: 0 });
      await board.until(({ numbers }) => numbers.length === 1);
      board.change("better", { trialMs: 10 });
      await board.until(({ news }) => news.length === 2);
      board.client(function* (self) {
        const server = addressOf<CounterModule>(pid);
        for (let n = 0; n < 2; n++) seen.by.push(`${yield* call(self, server, { type: "cancel" })}`);
      });
      await board.until(({ by }) => by.length === 2);
      assert.equal(seen.by, ["true", "false"]);
    },
  );

  given("an operator rolls back: what the new version had at hand is done by the old one", async (t) => {
    const board = new Board(t, make);
    const { bench, seen } = board;
    await board.stream();
    board.change("better", { trialMs: Number.POSITIVE_INFINITY });
    await board.until(({ numbers }) => numbers.at(-1)?.version === 2);
    assert.is(bench.kernel.rollBack("counter", "not today"), true);
    await board.until(({ news }) => news.length === 2);
    await board.assertWhole();
    assert.equal(board.phases(), ["trial", "rolledBack: shutdown: not today"]);
    assert.equal((seen.news[1] as { lost: readonly string[] }).lost, []);
    assert.equal(board.versions(), ["1", "2", "1"]);
    assert.is(bench.kernel.rollBack("counter", "again"), false);
    assert.is(bench.kernel.passTrial("counter"), false);
  });

  given("the end of the process during the trial is the end of the cell", async (t) => {
    const board = new Board(t, make);
    const { seen, pid, sink } = board;
    board.start("bound", "bound", [pid, sink]);
    await board.until(({ bound }) => bound.length === 1);
    board.change("better", { trialMs: Number.POSITIVE_INFINITY });
    await board.until(({ news }) => news.length === 1);
    board.cast({ type: "end", how: "normal" });
    await board.until(({ bound, news }) => bound.length === 3 && news.length === 2);
    assert.equal(board.phases(), ["trial", "over: normal"]);
    assert.equal(seen.log.at(-1), "counter 1 ended: normal");
  });

  given("after a change the cell is started again with the new code", async (t) => {
    const board = new Board(t, make);
    const { seen, sink } = board;
    board.change("better", { trialMs: 10 });
    await board.until(({ news }) => news.length === 2);
    board.cast({ type: "end", how: "crash" });
    await board.until(({ log }) => log.includes("counter 1 ended: Error: told to crash"));
    board.start("counter", "counter", [{ sink }]);
    // Version 2 refuses to begin at the beginning: so it is that one.
    await board.until(({ log }) => log.includes("counter 2 ended: shutdown"));
    assert.equal(seen.numbers, []);
  });

  given("a change on a change goes from version to version and back to the last good one", async (t) => {
    const board = new Board(t, make);
    await board.stream();
    board.change("better", { trialMs: 20 });
    assert.throws(() => board.change("better"), /changing its code already/);
    await board.until(({ news }) => news.length === 2);
    board.change("crashesAtThird");
    await board.until(({ news }) => news.length === 3);
    await board.assertWhole();
    assert.equal(board.versions(), ["1", "2"]);
    assert.equal(board.phases(), ["trial", "committed", "rolledBack: Error: cannot take over from 2"]);
  });

  given("changes that pass or are rolled back at any moment lose nothing and double nothing", async (t) => {
    const board = new Board(t, make);
    const { bench, seen, pid, sink } = board;
    board.start("bound", "bound", [pid, sink]);
    await board.stream();
    await board.until(({ bound }) => bound.length === 1);
    const random = new SeededRandom(7);
    for (let round = 1; round <= 24; round++) {
      const over = () => seen.news.filter(({ phase }) => phase !== "trial").length >= round;
      board.change("counter", { trialMs: random.next() * 20 });
      const then = seen.numbers.length + Math.floor(random.next() * 20);
      await board.until(({ numbers }) => numbers.length >= then || over());
      if (random.next() < 0.6) bench.kernel.rollBack("counter", "at random");
      await bench.until(over);
    }
    await board.assertWhole();
    assert.equal(seen.bound, ["ready"]);
    const ends = new Set(board.phases());
    assert.ok(ends.has("committed") && ends.has("rolledBack: shutdown: at random"), [...ends].join());
    assert.is(ends.size, 3, [...ends].join());
  });

  given("what is no behaviour, and a cell with more processes, keeps its code and goes on", async (t) => {
    for (const [body, why, options] of [
      ["noBehaviour", /^rolledBack: CallError: .*timeout|^rolledBack: CallError/, { stopMs: 200 }],
      ["spawns", /^rolledBack: TypeError: the cell has 1 more processes/, {}],
    ] as const) {
      const board = new Board(t, make, body);
      await board.bench.until(() => board.bench.kernel.cell.names.whereis("counter") !== undefined);
      board.change("better", options);
      await board.until(({ news }) => news.length === 1);
      assert.match(board.phases()[0]!, why);
      await board.bench.quiet();
    }
  });
}
