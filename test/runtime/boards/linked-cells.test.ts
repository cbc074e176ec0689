import fc from "fast-check";
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { CallError } from "../../../runtime/behaviour/call-error.ts";
import { serverBody } from "../../../runtime/behaviour/server.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule } from "../behaviour/bench-server.ts";
import { LinkedCells } from "./linked-cells.ts";

const BOARDS = ["greenhouse", "pumphouse"];

// biome-ignore lint/suspicious/noExplicitAny: the messages of tests
type Any = any;

/** Puts down what it hears, under a public name. */
function* listener(self: Self<Any>, name: string, heard: Any[]): ProcessGenerator {
  self.trapExit();
  self.publish(name);
  for (;;) heard.push(yield* self.receive());
}

/** Arguments are copied; the list must be the test's own. */
function listen(net: LinkedCells, board: string, name = "ear"): { heard: Any[]; pid: Pid } {
  const heard: Any[] = [];
  const pid = net.of(board).cell.spawn(function* (self: Self<Any>) {
    yield* listener(self, name, heard);
  }, []);
  net.pass(20);
  return { heard, pid };
}

function reasonOf(message: unknown): unknown {
  return (message as { reason: unknown }).reason;
}

function act(net: LinkedCells, board: string, body: (self: Self<Any>) => ProcessGenerator): Pid {
  return net.of(board).cell.spawn(function* (self: Self<Any>) {
    yield* body(self);
  }, []);
}

spec("a public name of one board is an address on the other, and gone with its holder", () => {
  const net = new LinkedCells(BOARDS);
  const { heard, pid } = listen(net, "pumphouse");
  const { names } = net.of("greenhouse").cell;
  assert.is(String(names.whereis("ear@pumphouse")), String(pid));
  act(net, "greenhouse", function* (self) {
    self.send("ear@pumphouse", { on: true });
  });
  net.pass(10);
  assert.equal(heard, [{ on: true }]);
  net.of("pumphouse").cell.exit(undefined, pid, "kill");
  net.pass(10);
  assert.is(names.whereis("ear@pumphouse"), undefined);
});

spec("names that were public before the link, and after a cut, are known when it is there", () => {
  const net = new LinkedCells(BOARDS);
  listen(net, "pumphouse");
  const { names } = net.of("greenhouse").cell;
  net.fate = () => [];
  net.pass(8000);
  assert.is(names.whereis("ear@pumphouse"), undefined, "cut");
  net.fate = () => [1];
  net.pass(31_000);
  assert.is(String(names.whereis("ear@pumphouse")), "<pumphouse.main.1>");
});

spec("a call crosses boards and comes back, with pids in both directions that can be used", () => {
  const net = new LinkedCells(BOARDS);
  const server = net.of("pumphouse").cell.spawn(serverBody(benchModule([])), ["run"]);
  let sum: unknown;
  const { heard } = listen(net, "pumphouse");
  const pids = listen(net, "greenhouse", "ours");
  act(net, "greenhouse", function* (self) {
    self.send("ear@pumphouse", { to: pids.pid });
  });
  net.pass(10);
  act(net, "pumphouse", function* (self) {
    self.send(heard[0].to, { server });
  });
  net.pass(10);
  act(net, "greenhouse", function* (self) {
    sum = yield* call(self, addressOf<BenchModule>(pids.heard[0].server), { type: "add", n: 42 });
  });
  net.pass(10);
  assert.is(sum, 42);
});

spec(
  "a monitor fires with the reason when the process ends, and with noconnection when the board is gone",
  () => {
    const net = new LinkedCells(BOARDS);
    const downs: unknown[] = [];
    const watch = (name: string) => {
      const { pid } = listen(net, "pumphouse", name);
      act(net, "greenhouse", function* (self) {
        self.monitor(self.whereis(`${name}@pumphouse`)!);
        downs.push(reasonOf(yield* self.receive("down")));
      });
      net.pass(20);
      return pid;
    };
    const first = watch("first");
    net.of("pumphouse").cell.exit(undefined, first, { shutdown: "test" });
    net.pass(20);
    // It traps exits: kill it.
    net.of("pumphouse").cell.exit(undefined, first, "kill");
    net.pass(20);
    watch("second");
    net.fate = () => [];
    net.pass(9000);
    assert.equal(downs, ["killed", "noconnection"]);
    net.fate = () => [1];
    net.pass(40_000);
    assert.is(downs.length, 2, "each once");
  },
);

spec("links across boards: the end of one is the end of the other, and a cut ends both", () => {
  const net = new LinkedCells(BOARDS);
  const ends: string[] = [];
  const linked = (name: string) => {
    const { heard, pid } = listen(net, "pumphouse", name);
    const here = act(net, "greenhouse", function* (self) {
      self.trapExit();
      self.link(self.whereis(`${name}@pumphouse`)!);
      ends.push(String(reasonOf(yield* self.receive("exit"))));
    });
    net.pass(20);
    return { heard, pid, here };
  };
  const one = linked("one");
  net.of("pumphouse").cell.exit(undefined, one.pid, "kill");
  net.pass(20);
  const two = linked("two");
  net.of("greenhouse").cell.exit(undefined, two.here, "kill");
  net.pass(20);
  assert.equal(
    two.heard.map(({ type, reason }) => `${type} ${reason}`),
    ["exit killed"],
  );
  const three = linked("three");
  net.fate = () => [];
  net.pass(9000);
  assert.equal(ends, ["killed", "noconnection"]);
  assert.equal(
    three.heard.map(({ type, reason }) => `${type} ${reason}`),
    ["exit noconnection"],
  );
});

spec("a monitor of a process that has ended, and of a board that is not there, fire at once", () => {
  const net = new LinkedCells(BOARDS);
  const { pid } = listen(net, "pumphouse");
  const ours = listen(net, "greenhouse", "ours");
  act(net, "pumphouse", function* (self) {
    self.send("ours@greenhouse", { pid });
  });
  net.pass(10);
  net.of("pumphouse").cell.exit(undefined, pid, "kill");
  net.pass(10);
  const reasons: unknown[] = [];
  const watch = () => {
    act(net, "greenhouse", function* (self) {
      self.monitor(ours.heard[0].pid);
      reasons.push(reasonOf(yield* self.receive("down")));
    });
    net.pass(20);
  };
  watch();
  net.fate = () => [];
  net.pass(9000);
  watch();
  assert.equal(reasons, ["noproc", "noconnection"]);
});

spec(
  "a board that began anew: what pointed into its former life fires, and its old pids reach nobody",
  () => {
    const net = new LinkedCells(BOARDS);
    const { pid } = listen(net, "pumphouse");
    const reasons: unknown[] = [];
    let old: Pid | undefined;
    act(net, "greenhouse", function* (self) {
      old = self.whereis("ear@pumphouse");
      self.monitor(old!);
      reasons.push(reasonOf(yield* self.receive("down")));
    });
    net.pass(20);
    net.boot("pumphouse", 2);
    const anew = listen(net, "pumphouse");
    net.meet((board) => (board === "pumphouse" ? 2 : 1));
    assert.equal(reasons, ["noconnection"]);
    assert.is(String(anew.pid), String(pid), "the same numbers");
    act(net, "greenhouse", function* (self) {
      self.send(old!, "to the dead");
      self.send("ear@pumphouse", "to the living");
    });
    net.pass(20);
    assert.equal(anew.heard, ["to the living"]);
  },
);

spec("a call that comes when its time is over is dropped there, and counted", () => {
  const net = new LinkedCells(BOARDS);
  const log: string[] = [];
  net.of("pumphouse").cell.spawn(function* (self: Self<Any>) {
    self.publish("server");
    for (;;) log.push(JSON.stringify(yield* self.receive()));
  }, []);
  net.pass(20);
  let error: unknown;
  let packets = 0;
  // The request waits for the one before it, which is sent again after half a second.
  net.fate = (from) => (from === "greenhouse" && packets++ === 0 ? [] : [1]);
  act(net, "greenhouse", function* (self) {
    self.send("server@pumphouse", "before");
    const server = addressOf<BenchModule>(self.whereis("server@pumphouse")!);
    try {
      yield* call(self, server, { type: "get" }, { within: 0.5 });
    } catch (thrown) {
      error = thrown;
    }
  });
  net.pass(3000);
  assert.ok(error instanceof CallError && error.code === "timeout");
  assert.equal(log, ['"before"']);
  assert.is(net.of("pumphouse").exchange.counts.late, 1);
});

spec("what is no request is delivered however late it is: its deadline says how urgent it is", () => {
  const net = new LinkedCells(BOARDS);
  const { heard } = listen(net, "pumphouse");
  net.fate = () => [50];
  act(net, "greenhouse", function* (self) {
    for (const n of [1, 2])
      self.send("ear@pumphouse", { type: "cast", n }, { deadlineUs: self.nowUs() + 10_000 });
  });
  net.pass(100);
  assert.equal(
    heard.map(({ n }) => n),
    [1, 2],
  );
  assert.is(net.of("pumphouse").exchange.counts.late, 0);
});

spec("a board that speaks for processes of others is not believed", () => {
  const net = new LinkedCells([...BOARDS, "shed"]);
  const { pid, heard } = listen(net, "pumphouse");
  act(net, "greenhouse", function* (self) {
    self.monitor(self.whereis("ear@pumphouse")!);
    heard.push(yield* self.receive("down"));
  });
  net.pass(20);
  // What the shed would need to say that the ear is dead: all it lacks is to be its board.
  const { exchange } = net.of("shed");
  const down = { kind: "down", to: { incarnation: 1, number: 1, key: "0".repeat(32) }, ref: 1 } as const;
  const from = {
    board: "pumphouse",
    cell: "main",
    incarnation: 1,
    number: pid.number,
    key: "1".repeat(32),
    life: 1,
  };
  exchange.route("greenhouse", 1, "main", { ...down, from, reason: "normal" });
  net.pass(20);
  assert.equal(heard, []);
  assert.is(net.of("greenhouse").exchange.counts.notItself, 1);
});

spec("who asks is a process of the board that asks: nobody gets the rights of another", () => {
  const net = new LinkedCells([...BOARDS, "shed"]);
  const { heard } = listen(net, "pumphouse");
  listen(net, "greenhouse", "victim");
  act(net, "shed", function* (self) {
    const from = self.whereis("victim@greenhouse");
    for (const type of ["call", "system", "converse", "testify", "mail"])
      self.send("ear@pumphouse", { type, from, ref: 1, request: { type: "spawn" } });
    self.send("ear@pumphouse", { type: "call", from: self.whereis("ear@pumphouse"), ref: 1 });
    self.send("ear@pumphouse", { type: "call", from: self.pid, ref: 1 });
  });
  net.pass(20);
  assert.equal(
    heard.map(({ type, from }) => `${type} ${from.board}`),
    ["mail greenhouse", "call shed"],
  );
  assert.is(net.of("pumphouse").exchange.counts.notItself, 5);
});

spec("a board is told of names that it may know, and of their end; it hears nothing of others", () => {
  const shows = (board: string, name: string) => board === "greenhouse" && name.startsWith("ear");
  const net = new LinkedCells([...BOARDS, "shed"], {}, { pumphouse: { shows, shares: () => false } });
  const { pid } = listen(net, "pumphouse");
  listen(net, "pumphouse", "secret");
  const known = (board: string) =>
    net
      .of(board)
      .cell.names.list()
      .filter((name) => name.endsWith("@pumphouse"));
  assert.equal(known("greenhouse"), ["ear@pumphouse"]);
  assert.equal(known("shed"), []);
  // After a cut all names come anew.
  net.fate = () => [];
  net.pass(20_000);
  assert.equal(known("greenhouse"), []);
  net.fate = () => [1];
  net.meet();
  net.pass(20_000);
  assert.equal(known("greenhouse"), ["ear@pumphouse"]);
  net.of("pumphouse").cell.exit(undefined, pid, "kill");
  net.pass(20);
  assert.equal(known("greenhouse"), []);
});

spec("pids of a third board are passed on, and used over the link with it", () => {
  const net = new LinkedCells([...BOARDS, "shed"]);
  const { heard } = listen(net, "shed");
  act(net, "pumphouse", function* (self) {
    self.publish("middle");
    const { pid } = yield* self.receive();
    self.send(pid, "from the pumphouse");
  });
  net.pass(20);
  act(net, "greenhouse", function* (self) {
    self.send("middle@pumphouse", { pid: self.whereis("ear@shed") });
  });
  net.pass(20);
  assert.equal(heard, ["from the pumphouse"]);
});

spec(
  "whatever the network does: order of each pair, nothing twice, no loss without a word, links fire once",
  () => {
    const fates = fc.array(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 2 }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fates, fc.integer({ min: 1, max: 60 }), fc.nat(40), (fate, count, pauseMs) => {
        const net = new LinkedCells(BOARDS);
        const { heard } = listen(net, "pumphouse");
        const downs: unknown[] = [];
        act(net, "greenhouse", function* (self) {
          self.monitor(self.whereis("ear@pumphouse")!);
          const to = self.whereis("ear@pumphouse")!;
          for (let n = 0; n < count; n++) {
            self.send(to, n);
            yield* self.sleep(pauseMs);
          }
          downs.push(reasonOf(yield* self.receive("down")));
        });
        let packets = 0;
        net.fate = () => fate[packets++ % fate.length]!;
        net.pass(count * pauseMs + 20_000);
        net.fate = () => [1];
        net.pass(20_000);
        const numbers = heard.filter((one) => typeof one === "number");
        assert.equal(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
          "in order, each once",
        );
        const isWhole = numbers.length === count;
        const isTold = downs.length > 0 || heard.some(({ type }) => type === "lost");
        assert.ok(isWhole || isTold, `${numbers.length} of ${count} came, and nobody said so`);
        assert.ok(downs.length <= 1 && downs.every((reason) => reason === "noconnection"));
      }),
      // Every fourth word of the pumphouse arrives, and none of those that say what is lost, for longer than sixteen of them.
      { numRuns: 60, examples: [[[[], [43], [], [216], [], [0], []], 4, 39]] },
    );
  },
);

/** Nine of these are more than the 9000 bytes that may be under way in the next two. */
const THOUSAND = "x".repeat(1000);

spec(
  "who floods another board is stopped at the bound, and the receiver hears of it before anything later",
  () => {
    const most = { packets: 100, bytes: 9_000 };
    const net = new LinkedCells(BOARDS, { most });
    const { heard } = listen(net, "pumphouse");
    act(net, "greenhouse", function* (self) {
      const to = self.whereis("ear@pumphouse")!;
      for (let n = 0; n < 100; n++) self.send(to, { n, text: THOUSAND });
      yield* self.sleep(100);
      self.send(to, "later");
    });
    net.pass(200);
    const numbers = heard.slice(0, 8).map(({ n }) => n);
    assert.equal(numbers, [0, 1, 2, 3, 4, 5, 6, 7], "what there was room for");
    const told = heard.slice(8, -1);
    assert.ok(told.length >= 1);
    for (const one of told) assert.equal(one, { type: "lost", board: "greenhouse" });
    assert.is(heard.at(-1), "later");
    assert.is(net.of("greenhouse").exchange.counts.full, 92);
    assert.is(net.of("pumphouse").exchange.counts.lost, told.length);
    assert.equal(
      [net.of("greenhouse").told, net.of("pumphouse").told],
      [["up pumphouse"], ["up greenhouse"]],
    );
  },
);

spec("signals and replies find room when messages do not", () => {
  const most = { packets: 100, bytes: 9_000 };
  const net = new LinkedCells(BOARDS, { most });
  const answers: unknown[] = [];
  const server = net.of("pumphouse").cell.spawn(serverBody(benchModule([])), ["run"]);
  const { heard, pid } = listen(net, "greenhouse");
  const theirs = listen(net, "pumphouse", "theirs");
  act(net, "greenhouse", function* (self) {
    self.send("theirs@pumphouse", { pid });
  });
  act(net, "pumphouse", function* (self) {
    self.send("ear@greenhouse", { server });
  });
  net.pass(20);
  act(net, "greenhouse", function* (self) {
    answers.push(yield* call(self, addressOf<BenchModule>(heard[0].server), { type: "add", n: 7 }));
    self.monitor(heard[0].server);
    answers.push(reasonOf(yield* self.receive("down")));
  });
  // The server's board has used up its room in the same moment: nothing is confirmed before the reply is to leave.
  act(net, "pumphouse", function* (self) {
    for (let n = 0; n < 9; n++) self.send(theirs.heard[0].pid, THOUSAND);
  });
  net.pass(3);
  assert.equal(answers, [7]);
  act(net, "pumphouse", function* (self) {
    for (let n = 0; n < 9; n++) self.send(theirs.heard[0].pid, THOUSAND);
    self.kill(server);
  });
  net.pass(100);
  assert.equal(answers, [7, "killed"]);
  assert.ok(net.of("pumphouse").exchange.counts.full > 0, "it was full");
});

spec("a message that is larger than any may be is lost, and its receiver told; what follows arrives", () => {
  const net = new LinkedCells(BOARDS, { messageBytes: 10_000 });
  const { heard } = listen(net, "pumphouse");
  act(net, "greenhouse", function* (self) {
    self.send("ear@pumphouse", "x".repeat(20_000));
    self.send("ear@pumphouse", "small");
  });
  net.pass(50);
  assert.equal(heard, [{ type: "lost", board: "greenhouse" }, "small"]);
});

spec("who is told of the end of a cell over there: links and monitors into it, once, with its cause", () => {
  const net = new LinkedCells(BOARDS);
  const { pid } = listen(net, "pumphouse");
  const ends: unknown[] = [];
  act(net, "greenhouse", function* (self) {
    self.trapExit();
    const to = self.whereis("ear@pumphouse")!;
    self.monitor(to);
    self.link(to);
    for (;;) ends.push(reasonOf(yield* self.receive(["down", "exit"])));
  });
  net.pass(20);
  const { exchange } = net.of("pumphouse");
  exchange.cellDown("another", 1, "killed");
  exchange.cellDown("main", 2, "killed");
  net.pass(20);
  assert.equal(ends, [], "other cells, and other lives of it, are not meant");
  exchange.cellDown("main", 1, { shutdown: "test" });
  exchange.cellDown("main", 1, { shutdown: "test" });
  net.pass(20);
  const cause = { cell: "main", cause: { shutdown: "test" } };
  assert.equal(ends, [cause, cause]);
  net.of("pumphouse").cell.exit(undefined, pid, "kill");
  net.pass(20);
  assert.is(ends.length, 2, "each once");
});

spec("a process cannot take a name of another board", () => {
  const net = new LinkedCells(BOARDS);
  let error: unknown;
  act(net, "greenhouse", function* (self) {
    try {
      self.register("pump@pumphouse");
    } catch (thrown) {
      error = thrown;
    }
  });
  net.pass(1);
  assert.match(String(error), /name "pump@pumphouse": what follows an @ is another board/);
});
