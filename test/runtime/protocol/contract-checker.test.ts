import * as assert from "uvu/assert";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { startContractChecker } from "../../../runtime/protocol/contract-checker.ts";
import { declareProtocol } from "../../../runtime/protocol/declare-protocol.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";
import { stream } from "./meter.ts";

/** A server as it has always been: it knows nothing of contracts. */
const echo = declareProtocol({
  name: "echo",
  sides: ["asker", "echo"],
  start: "idle",
  states: {
    idle: {
      may: { asker: { ask: { fields: { n: "int", from: "pid" }, next: "asked" }, bye: { next: "over" } } },
    },
    asked: { may: { echo: { answer: { fields: { n: "int" }, next: "idle" } } }, within: 50 },
    over: { final: true },
  },
});

type Ask = { type: "ask"; n: number; from: Pid };
type Answer = { type: "answer"; n: number };

function* server(self: Self<Ask>, ms: number): ProcessGenerator {
  for (;;) {
    const { n, from } = yield* self.receive("ask");
    if (ms > 0) yield* self.sleep(ms);
    self.send(from, { type: "answer", n: n === 13 ? "unlucky" : n });
    if (n === 14) self.send(from, { type: "answer", n });
  }
}

function bench(ms = 0) {
  const { cell, until, clock, trace, crashes } = handCell();
  const peer = cell.spawn(server, [ms]);
  const at = (line: string) => trace.push(`${clock.now() / 1000} ${line}`);
  const asker = (numbers: readonly unknown[]) =>
    cell.spawn(function* asker(self: Self<Answer>): ProcessGenerator {
      const ends = startContractChecker(
        self,
        echo,
        { asker: self.pid, echo: peer },
        ({ blame, message, found }) => at(`${blame}: ${message}, ${found}`),
      );
      const ref = self.monitor(ends.asker);
      for (const n of numbers) {
        self.send(ends.asker, { type: "ask", n, from: self.pid });
        const heard = yield* self.receive(["answer", "down"]);
        if (heard.type === "down")
          return void at(`down ${heard.ref === ref}: ${describeReason(heard.reason)}`);
        at(`answer ${heard.n}`);
      }
      self.send(ends.asker, { type: "bye" });
      at(describeReason(((yield* self.receive("down")) as { reason: string }).reason as "normal"));
    }, []);
  const died = () => crashes.map(({ label, reason }) => `${label}: ${describeReason(reason)}`);
  return { cell, until, clock, trace, died, asker, peer };
}

spec("two parties that know nothing of it speak through the checker", () => {
  const { asker, until, trace, died, cell } = bench();
  asker([1, 2]);
  until(100);
  assert.equal(trace, ["0 answer 1", "0 answer 2", "0 shutdown: echo is over"]);
  assert.equal(died(), []);
  assert.equal(
    [...cell.processes()].map(({ label }) => label),
    ["server"],
  );
});

spec("a wrong word stops the one who said it, and the other hears the report", () => {
  const { asker, until, trace, died, cell, peer } = bench();
  asker([1, 13]);
  until(100);
  const why = `contract echo, state asked: echo ${peer} said answer with message.n "unlucky"; allowed: int`;
  assert.equal(trace, ["0 answer 1", `0 down true: ${why}`]);
  assert.ok(died().includes(`server: ${why}`));
  assert.is(cell.processCount, 0);
});

spec("the asker is held to the contract as well", () => {
  const { asker, until, trace, died, cell } = bench();
  asker(["one"]);
  until(100);
  assert.equal(trace, [], "it is stopped before it hears of it");
  assert.match(
    died().find((line) => line.startsWith("asker"))!,
    /asker <.*> said ask with message\.n "one"; allowed: int$/,
  );
  assert.equal(
    [...cell.processes()].map(({ label }) => label),
    ["server"],
    "the other one lives",
  );
});

spec("an answer that nobody asked for is one too many", () => {
  const { asker, until, died } = bench();
  asker([14, 1]);
  until(100);
  assert.match(
    died().find((line) => line.startsWith("server"))!,
    /state idle: echo <.*> said answer: answer \(echo\)/,
  );
});

spec("the pid of a party in its message is that of its end: nobody gets round the checker", () => {
  const { cell, until, trace } = handCell();
  const peer = cell.spawn(function* tells(self: Self<Ask>): ProcessGenerator {
    const { from } = yield* self.receive("ask");
    trace.push(String(from));
  }, []);
  let end = "";
  const asker = cell.spawn(function* asker(self: Self): ProcessGenerator {
    const ends = startContractChecker(self, echo, { asker: self.pid, echo: peer });
    end = String(ends.echo);
    self.send(ends.asker, { type: "ask", n: 1, from: self.pid });
    yield* self.sleep(1);
  }, []);
  until(10);
  assert.equal(trace, [end]);
  assert.is.not(end, String(asker));
});

spec("who is too late is stopped at the limit", () => {
  const { asker, until, trace } = bench(51);
  asker([1]);
  until(500);
  assert.is(trace.length, 1);
  assert.match(
    trace[0]!,
    /^50 down true: .* was to say answer: nothing for 50 ms; allowed: within 50 ms; blamed: peer$/,
  );
});

spec("who could not run is not", () => {
  const { asker, until, trace, cell, clock } = bench(20);
  asker([1]);
  cell.spawn(
    function* hog(self: Self): ProcessGenerator {
      yield* self.sleep(19);
      clock.advanceTo(clock.now() + 45_000);
    },
    [],
    { band: BAND.critical },
  );
  until(500);
  assert.match(trace[0]!, /^64(\.\d+)? (answer 1|scheduler)/);
  assert.match(trace.join("; "), /answer 1/);
});

spec("the end of a party is the end of the conversation, with its reason", () => {
  const { cell, until, trace } = handCell();
  const peer = cell.spawn(function* dies(self: Self): ProcessGenerator {
    yield* self.sleep(5);
    throw new Error("boom");
  }, []);
  cell.spawn(function* asker(self: Self): ProcessGenerator {
    const ends = startContractChecker(self, echo, { asker: self.pid, echo: peer });
    self.monitor(ends.asker);
    const heard = yield* self.receive("down");
    trace.push(describeReason(heard.reason));
  }, []);
  until(100);
  assert.equal(trace, ["Error: boom"]);
  assert.is(cell.processCount, 0);
});

spec("messages that cross pass in both directions", () => {
  const { cell, until, trace, crashes } = handCell();
  const source = cell.spawn(function* source(self: Self<{ type: "stop" }>): ProcessGenerator {
    const { to } = (yield* self.receive()) as unknown as { to: Pid };
    for (let n = 0; ; n++) {
      self.send(to, { type: "sample", n });
      if ((yield* self.receive("stop", { within: 10 })) === undefined) continue;
      self.send(to, { type: "sample", n: -1 });
      return self.send(to, { type: "stopped" });
    }
  }, []);
  cell.spawn(function* sink(
    self: Self<{ type: "sample"; n: number } | { type: "stopped" }>,
  ): ProcessGenerator {
    const ends = startContractChecker(self, stream, { sink: self.pid, source });
    self.send(source, { type: "to", to: ends.source });
    self.send(ends.sink, { type: "rate", hz: 100 });
    yield* self.sleep(25);
    self.send(ends.sink, { type: "stop" });
    for (;;) {
      const message = yield* self.receive();
      trace.push(message.type === "sample" ? String(message.n) : message.type);
      if (message.type === "stopped") return;
    }
  }, []);
  until(100);
  assert.equal(trace, ["0", "1", "2", "-1", "stopped"]);
  assert.equal(crashes, []);
});
