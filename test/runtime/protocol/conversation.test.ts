import * as assert from "uvu/assert";
import { describeReason, type ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { DownMessage } from "../../../runtime/process/signal.ts";
import type { ContractReport } from "../../../runtime/protocol/contract-report.ts";
import type { Conversation } from "../../../runtime/protocol/conversation.ts";
import type { ConverseMessage, SaidMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { acceptConversation, openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";
import { meter, stream } from "./meter.ts";

type Client = Conversation<typeof meter.spec, "client">;

/** Serves whoever comes; channel 3 is slow: 40 ms. */
function* server(self: Self<ConverseMessage>): ProcessGenerator {
  for (;;) {
    const talk = acceptConversation(self, meter, "meter", yield* self.receive("converse"))!;
    for (;;) {
      const message = yield* talk.receive();
      if (message?.type !== "ask") break;
      if (message.channel === 3) yield* self.sleep(40);
      talk.send({ type: "answer", volts: message.channel / 2 });
    }
  }
}

/** A server that says these things to a question, whatever the contract says: it uses no checker. */
function rude(says: readonly unknown[], firstSeq = 1) {
  return function* rudeServer(self: Self<ConverseMessage | SaidMessage>): ProcessGenerator {
    const { from, talk } = yield* self.receive("converse");
    yield* self.receive("said");
    says.forEach((message, index) => {
      const said: SaidMessage = { type: "said", talk, seq: firstSeq + index, message };
      self.send(from, said);
    });
    yield* self.receive("said");
  };
}

function bench() {
  const { cell, until, clock, trace, crashes } = handCell();
  const reports: ContractReport[] = [];
  const client = (
    peer: Pid,
    body: (talk: Client, self: Self) => Generator<never, void, void> | ProcessGenerator,
  ) =>
    cell.spawn(function* client(self: Self): ProcessGenerator {
      yield* body(openConversation(self, meter, "client", peer, { onMiss: (r) => reports.push(r) }), self);
    }, []);
  /** Processes that ended by a crash, and why. */
  const crashed = () => crashes.map(({ label, reason }) => `${label}: ${describeReason(reason)}`);
  return { cell, clock, until, trace, crashed, reports, client };
}

function contractOf(reason: ExitReason): ContractReport {
  assert.ok(typeof reason === "object" && "contract" in reason, describeReason(reason));
  return (reason as { contract: ContractReport }).contract;
}

spec("two parties that keep the contract speak as if nobody stood between", () => {
  const { cell, until, trace, client, crashed } = bench();
  client(cell.spawn(server, []), function* (talk) {
    for (let channel = 0; channel < 4; channel++) {
      talk.send({ type: "ask", channel });
      const answer = yield* talk.receive();
      trace.push(JSON.stringify(answer));
    }
    talk.send({ type: "bye" });
    trace.push(`${talk.state} ${talk.over}`);
  });
  until(500);
  assert.equal(trace, [
    '{"type":"answer","volts":0}',
    '{"type":"answer","volts":0.5}',
    '{"type":"answer","volts":1}',
    '{"type":"answer","volts":1.5}',
    "over true",
  ]);
  assert.equal(crashed(), []);
  assert.is(cell.processCount, 1, "the server; no witness is left");
  assert.is(cell.timerCount, 0);
});

spec("who is about to say a wrong field dies of it, and nothing leaves", () => {
  const { cell, until, client, crashed, trace } = bench();
  const peer = cell.spawn(function* listens(self: Self<SaidMessage>): ProcessGenerator {
    for (;;) trace.push((yield* self.receive()).type);
  }, []);
  client(peer, function* (talk) {
    talk.send({ type: "ask", channel: 9 });
  });
  until(500);
  const [line] = crashed();
  assert.match(
    line!,
    /^client: contract meter, state idle: client <bench\.hand\.\d+> said ask with message\.channel 9; allowed: int 0\.\.3$/,
  );
  assert.equal(trace, ["converse"]);
});

spec("who catches the error dies all the same, also when it traps exits", () => {
  const { cell, until, client, crashed, trace } = bench();
  client(cell.spawn(server, []), function* (talk, self) {
    self.trapExit();
    try {
      talk.send({ type: "bye", reason: 1 } as unknown as { type: "bye" });
    } catch (error) {
      trace.push(String(error));
    }
    for (;;) trace.push((yield* self.receive()).type);
  });
  const watcher = cell.spawn(function* watcher(self: Self): ProcessGenerator {
    self.monitor([...cell.processes()].find(({ label }) => label === "client")!.pid);
    trace.push(describeReason(((yield* self.receive()) as DownMessage).reason));
  }, []);
  assert.ok(watcher);
  until(500);
  assert.match(trace[0]!, /^ContractError: contract meter, state idle/);
  assert.equal(trace.slice(1), ["exit", "conversed", "killed"]);
  assert.match(
    crashed().join(),
    /^contract: contract meter, state idle: client <[^>]*> said bye with message a field/,
  );
});

const WRONG: readonly [string, readonly unknown[], Partial<ContractReport>][] = [
  [
    "a message that is not for this state",
    [{ type: "ask", channel: 1 }],
    { kind: "notAllowed", message: "ask" },
  ],
  ["an unknown message", [{ type: "whatever" }], { kind: "notAllowed", message: "whatever" }],
  [
    "a wrong field",
    [{ type: "answer", volts: "1" }],
    { kind: "misfit", path: "message.volts", found: '"1"' },
  ],
  ["a field too many", [{ type: "answer", volts: 1, x: 2 }], { kind: "misfit", found: 'a field "x"' }],
  ["no message", [7], { kind: "notAllowed", message: "(no tag)" }],
];

for (const [what, says, expected] of WRONG) {
  spec(`${what} from a party without a checker stops that party, and names it`, () => {
    const { cell, until, client, crashed, trace } = bench();
    const peer = cell.spawn(rude(says), []);
    let seen: ContractReport | undefined;
    client(peer, function* (talk, self) {
      talk.send({ type: "ask", channel: 1 });
      const heard = yield* talk.receive();
      trace.push(heard!.type);
      seen = contractOf((heard as DownMessage).reason);
      trace.push(String(talk.over));
      yield* self.sleep(200);
      trace.push("lives on");
    });
    until(500);
    assert.equal(trace, ["down", "true", "lives on"]);
    const { protocol, blame, side, party, state, allowed, ...rest } = seen!;
    assert.equal([protocol, blame, side, party, state], ["meter", "peer", "meter", String(peer), "asked"]);
    assert.ok(allowed.length > 0);
    for (const [key, value] of Object.entries(expected))
      assert.is((rest as Record<string, unknown>)[key], value);
    assert.is(crashed().length, 1);
    assert.match(crashed()[0]!, /^rudeServer: contract meter, state asked: meter /);
  });
}

spec("a second answer is one too many", () => {
  const { cell, until, client, crashed, trace } = bench();
  const peer = cell.spawn(
    rude([
      { type: "answer", volts: 1 },
      { type: "answer", volts: 1 },
    ]),
    [],
  );
  client(peer, function* (talk) {
    talk.send({ type: "ask", channel: 1 });
    for (let n = 0; n < 2; n++) trace.push((yield* talk.receive())!.type);
  });
  until(500);
  assert.equal(trace, ["answer", "down"]);
  assert.match(
    crashed()[0]!,
    /state idle: meter .* said answer: answer \(meter\); allowed: ask \(client\), bye/,
  );
});

spec("messages that were lost on the way are blamed on the link, and nobody is stopped", () => {
  const { cell, until, client, crashed, trace } = bench();
  const peer = cell.spawn(rude([{ type: "answer", volts: 1 }], 3), []);
  client(peer, function* (talk, self) {
    talk.send({ type: "ask", channel: 1 });
    const { blame, kind, found } = contractOf(((yield* talk.receive()) as DownMessage).reason);
    trace.push(`${kind} ${blame}: ${found}`);
    yield* self.sleep(200);
  });
  until(100);
  assert.equal(trace, ["lost link: 2 of its messages lost"]);
  assert.equal(crashed(), []);
  assert.ok(
    [...cell.processes()].some(({ label }) => label === "rudeServer"),
    "it lives",
  );
});

spec("a message with a number that was had before is forged", () => {
  const { cell, until, client, crashed } = bench();
  const peer = cell.spawn(rude([{ type: "answer", volts: 1 }], 0), []);
  client(peer, function* (talk) {
    talk.send({ type: "ask", channel: 1 });
    yield* talk.receive();
  });
  until(100);
  assert.match(crashed()[0]!, /^rudeServer: .* said answer: message number 0; allowed: message number 1$/);
});

spec("a third party that knows both pids cannot speak in a conversation, so nobody dies of its words", () => {
  const { cell, until, client, crashed, trace } = bench();
  const peer = cell.spawn(server, []);
  const victim = client(peer, function* (talk) {
    talk.send({ type: "ask", channel: 3 });
    trace.push(JSON.stringify(yield* talk.receive()));
  });
  cell.spawn(function* mallory(self: Self): ProcessGenerator {
    const said: SaidMessage = {
      type: "said",
      talk: "0".repeat(32),
      seq: 1,
      message: { type: "answer", volts: NaN },
    };
    self.send(victim, said);
    self.send(victim, { type: "answer", volts: NaN });
    self.send(peer, { ...said, message: { type: "nonsense" } });
  }, []);
  until(500);
  assert.equal(trace, ['{"type":"answer","volts":1.5}']);
  assert.equal(crashed(), []);
});

spec("the end of a party is heard as its end", () => {
  const { cell, until, client, trace } = bench();
  const peer = cell.spawn(function* dies(self: Self<ConverseMessage>): ProcessGenerator {
    acceptConversation(self, meter, "meter", yield* self.receive("converse"));
    yield* self.sleep(10);
    throw new Error("boom");
  }, []);
  client(peer, function* (talk) {
    const heard = (yield* talk.receive()) as DownMessage;
    trace.push(`${heard.type} ${describeReason(heard.reason)}`);
    talk.send({ type: "ask", channel: 1 });
    trace.push("has no effect");
  });
  until(500);
  assert.equal(trace, ["down Error: boom", "has no effect"]);
});

spec("who hangs up is heard as ended, and lives", () => {
  const { cell, until, client, trace } = bench();
  const peer = cell.spawn(server, []);
  client(peer, function* (talk, self) {
    talk.close("shutdown");
    yield* self.sleep(10);
    const next = openConversation(self, meter, "client", peer);
    next.send({ type: "ask", channel: 2 });
    trace.push(JSON.stringify(yield* next.receive()));
  });
  until(500);
  assert.equal(trace, ['{"type":"answer","volts":1}']);
});

spec("another protocol, another version and the same role are refused, and nobody is stopped", () => {
  const { cell, until, trace, crashed } = bench();
  const peer = cell.spawn(function* picky(self: Self<ConverseMessage>): ProcessGenerator {
    for (;;) trace.push(String(acceptConversation(self, meter, "meter", yield* self.receive("converse"))));
  }, []);
  cell.spawn(function* opener(self: Self): ProcessGenerator {
    const talks = [
      openConversation(self, stream, "sink", peer),
      openConversation(self, meter, "meter", peer),
    ];
    for (const talk of talks) {
      const heard = (yield* talk.receive()) as DownMessage;
      trace.push(describeReason(heard.reason));
    }
  }, []);
  until(10);
  assert.equal(trace.slice(0, 2), ["undefined", "undefined"]);
  assert.match(
    trace[2]!,
    /^shutdown: speaks meter \(\w+\) with another in the role of meter, not stream \(\w+\) in the role of sink$/,
  );
  assert.match(trace[3]!, /not meter \(\w+\) in the role of meter$/);
  assert.equal(crashed(), []);
});

spec("a wait of one's own ends in time and keeps the conversation", () => {
  const { cell, until, client, trace, clock } = bench();
  client(cell.spawn(server, []), function* (talk) {
    talk.send({ type: "ask", channel: 3 });
    trace.push(`${(yield* talk.receive({ within: 10 }))?.type} at ${clock.now() / 1000}`);
    trace.push(`${(yield* talk.receive({ untilUs: 20_000 }))?.type} at ${clock.now() / 1000}`);
    trace.push(`${(yield* talk.receive())?.type} at ${clock.now() / 1000}`);
  });
  until(500);
  assert.equal(trace, ["undefined at 10", "undefined at 20", "answer at 40"]);
});

spec("what others send waits until it is asked for", () => {
  const { cell, until, trace } = bench();
  const peer = cell.spawn(server, []);
  const pid = cell.spawn(function* mixed(self: Self<{ type: "note"; n: number }>): ProcessGenerator {
    const talk = openConversation(self, meter, "client", peer);
    talk.send({ type: "ask", channel: 3 });
    trace.push((yield* talk.receive())!.type);
    for (let n = 0; n < 2; n++) trace.push(String((yield* self.receive("note")).n));
  }, []);
  cell.post(pid, { type: "note", n: 1 });
  cell.post(pid, { type: "note", n: 2 });
  until(500);
  assert.equal(trace, ["answer", "1", "2"]);
});

spec("a contract's time limit is the deadline of the work", () => {
  const { cell, until, trace, client } = bench();
  const peer = cell.spawn(function* looks(self: Self<ConverseMessage>): ProcessGenerator {
    const talk = acceptConversation(self, meter, "meter", yield* self.receive("converse"))!;
    yield* talk.receive();
    trace.push(String(self.deadlineUs));
    talk.send({ type: "failed", why: "open" });
  }, []);
  client(peer, function* (talk, self) {
    yield* self.sleep(7);
    talk.send({ type: "ask", channel: 1 });
    yield* talk.receive();
  });
  until(500);
  assert.equal(trace, ["57000"]);
});
