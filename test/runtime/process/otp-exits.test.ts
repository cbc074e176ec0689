import * as assert from "uvu/assert";
import { type Pid, processOf } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";
import { hands } from "./hands.ts";
import { PLACES } from "./places.ts";

const large = "x".repeat(1 << 17);

for (const { name, make } of PLACES) {
  spec(`${name}: a large reason is carried whole, of a crash and of an exit that was sent`, () => {
    const place = make();
    const a = hands(place, "here");
    for (const sent of [false, true]) {
      const b = hands(place, "there", false);
      a.do((self) => self.link(place.across(b.pid)));
      if (sent) a.do((self) => self.exit(place.across(b.pid), { shutdown: large }));
      else b.do(() => raise(large));
      assert.is(a.heard.pop(), sent ? `exit shutdown: ${large}` : `exit Error: ${large}`);
    }
  });

  spec(`${name}: an exit with normal ends nobody else; who traps it hears of it`, () => {
    const place = make();
    const a = hands(place, "here");
    const [plain, trapping] = [hands(place, "there", false), hands(place, "there")];
    a.do((self) => {
      self.link(place.across(plain.pid));
      self.exit(place.across(plain.pid), "normal");
      self.exit(place.across(trapping.pid), "normal");
    });
    assert.equal([a.heard, trapping.heard], [[], ["exit normal"]]);
    assert.ok([plain, trapping].every(({ pid }) => processOf(pid)!.state !== "dead"));
  });

  spec(`${name}: of two exits the first counts`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there", false)];
    a.do((self) => {
      self.link(place.across(b.pid));
      self.exit(place.across(b.pid), { shutdown: "first" });
      self.exit(place.across(b.pid), { shutdown: "second" });
      self.kill(place.across(b.pid));
    });
    assert.equal(a.heard, ["exit shutdown: first"]);
  });
}

spec(
  "exits to itself: trapped, a message; else its end, with normal too, whatever it catches; the first counts",
  () => {
    const ends: readonly [string, (self: Self<unknown>) => ProcessGenerator][] = [
      [
        "shutdown: self",
        function* end(self) {
          self.exit(self.pid, { shutdown: "self" });
          yield* self.receive();
        },
      ],
      [
        "normal",
        function* end(self) {
          self.exit(self.pid, "normal");
          yield* self.receive();
        },
      ],
      [
        "shutdown",
        function* end(self) {
          try {
            self.exit(self.pid, "shutdown");
            yield* self.sleep(1);
          } catch {
            yield* self.receive();
          }
          self.exit(self.pid, "noconnection");
        },
      ],
      [
        "shutdown",
        function* end(self) {
          self.exit(self.pid, "shutdown");
          self.kill(self.pid);
        },
      ],
      [
        "killed",
        function* end(self) {
          self.kill(self.pid);
          self.exit(self.pid, "shutdown");
        },
      ],
      [
        "Error: by itself",
        function* end(self) {
          self.exit(self.pid, "shutdown");
          raise("by itself");
        },
      ],
    ];
    for (const [expected, body] of ends) {
      const place = PLACES[0]!.make();
      const a = hands(place, "here");
      a.do((self) => self.spawnLink(body, []));
      place.pass(10);
      assert.equal(a.heard, [`exit ${expected}`]);
    }
    const place = PLACES[0]!.make();
    const a = hands(place, "here");
    a.do((self) => {
      self.exit(self.pid, "shutdown");
      self.exit(self.pid, "normal");
    });
    assert.equal(a.heard, ["exit shutdown", "exit normal"]);
  },
);

spec("an exit ends a process at the very moment at which its time limit passes, and nothing wakes it", () => {
  const { cell, trace, until } = handCell();
  const sleeper = cell.spawn(function* sleeper(self: Self) {
    yield* self.receive(undefined, { within: 10 });
    trace.push("woke");
  }, []);
  const killer = cell.spawn(function* killer(self: Self) {
    yield* self.receive();
    self.exit(sleeper, "shutdown");
    trace.push("ended it");
  }, []);
  until(0);
  // The message lends a deadline: the killer runs before the sleeper, whose limit has passed.
  cell.send(killer, "now", 1);
  until(10);
  assert.equal(trace, ["ended it"]);
  assert.is(cell.timerCount, 0);
  assert.is(cell.processCount, 0);
});

spec("a crash while it is given a bad argument tells what and where; the report is data", () => {
  const { cell, crashes, until } = handCell();
  const pid = cell.spawn(
    function* bad(self: Self<number>, list: { readonly length: number } | undefined) {
      yield* self.receive();
      yield* self.sleep(1);
      list!.length.toFixed();
    },
    [undefined],
    { label: "bad guy" },
  );
  for (let n = 0; n < 3; n++) cell.post(pid, n);
  until(5);
  const [report] = crashes;
  const { pid: who, label, reason, mailboxLength, messagesHandled } = report!;
  assert.equal([who, label, mailboxLength, messagesHandled], [`${pid}`, "bad guy", 2, 1]);
  const { error, stack } = reason as { error: string; stack: string };
  assert.match(error, /^TypeError: .*undefined \(reading 'length'\)/);
  assert.match(stack, /otp-exits\.test/);
});

spec("a process takes 250 arguments, and copies of all of them", () => {
  const { cell, trace, until } = handCell();
  const args = Array.from({ length: 250 }, (_, n) => ({ n }));
  cell.spawn(function* many(_: Self, ...given: readonly { n: number }[]) {
    trace.push(`${given.length} ${given.every(({ n }, at) => n === at)} ${given[7] === args[7]}`);
  }, args);
  until(0);
  assert.equal(trace, ["250 true false"]);
});

spec("large arguments live no longer than the process that got them", () => {
  const { cell, until } = handCell();
  const large = new Uint8Array(1 << 20);
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 500; n++) {
    cell.spawn(
      function* owner(_: Self, bytes: Uint8Array) {
        if (bytes.length !== 1 << 20) throw new Error("not whole");
      },
      [large],
    );
    until(n);
  }
  const keptMb = (process.memoryUsage().arrayBuffers - before) / 2 ** 20;
  assert.ok(keptMb < 250, `${keptMb} MB of 500 are kept`);
});

spec("a pid is never used again, however many come and go", () => {
  const { cell, until } = handCell();
  let last = 0;
  for (let n = 0; n < 2000; n++) {
    const batch = Array.from({ length: 10 }, () => cell.spawn(function* brief() {}, []));
    for (const { number } of batch) {
      assert.ok(number > last);
      last = number;
    }
    until(0);
  }
  assert.is(cell.processCount, 0);
});

spec("a name is free as soon as its holder was killed, ten thousand times", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  for (let n = 0; n < 10_000; n++) {
    const holder = place.here.spawn(function* holder(self: Self) {
      self.register("pump");
      yield* self.receive();
    }, []);
    place.settle();
    assert.ok(place.here.names.whereis("pump") === holder);
    a.do((self) => self.kill(self.whereis("pump")!));
    assert.is(place.here.names.whereis("pump"), undefined);
  }
});

spec("a name that is taken, twice claimed or given back by a stranger stays what it is", () => {
  const place = PLACES[0]!.make();
  const [a, b] = [hands(place, "here"), hands(place, "here")];
  a.do((self) => {
    self.register("pump");
    self.register("pump");
    self.register("fan");
  });
  b.do((self) => {
    assert.throws(() => self.register("pump"), /"pump" is taken by <bench\.hand\.1>/);
    self.unregister("pump");
    self.unregister("nobody's");
    self.send("nobody's", 1);
  });
  const holder = (name: string): Pid | undefined => place.here.names.whereis(name);
  assert.ok(holder("pump") === a.pid && holder("fan") === a.pid);
  a.do((self) => self.kill(self.pid));
  assert.equal(place.here.names.list(), []);
  assert.is(place.here.counts.dead, 1);
});

function raise(message: string): never {
  throw new Error(message);
}
