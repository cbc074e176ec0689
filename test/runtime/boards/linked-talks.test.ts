import fc from "fast-check";
import * as assert from "uvu/assert";
import { decodePacket } from "../../../runtime/boards/packet.ts";
import { describeReason, rootCause } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { ContractReport } from "../../../runtime/protocol/contract-report.ts";
import type { Conversation } from "../../../runtime/protocol/conversation.ts";
import type { ConverseMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { declareProtocol } from "../../../runtime/protocol/declare-protocol.ts";
import { acceptConversation, openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { spec } from "../../harness/spec.ts";
import { meter } from "../protocol/meter.ts";
import { LinkedCells } from "./linked-cells.ts";

type Client = Conversation<typeof meter.spec, "client">;

/** Behind each packet. */
const SEAL_BYTES = 16;

interface Talk {
  readonly net: LinkedCells;
  /** What the client heard, and whom it heard blamed, with the ms since it began. */
  readonly trace: string[];
  /** How the meter's side ended. */
  readonly ends: string[];
  /** Lets the client ask so often, one after the other. */
  ask(times: number): void;
  /** Stopped for a contract that they broke, on either board. */
  crashed(): readonly string[];
}

/** A meter of the pump house that answers after `ownMs` of its own, and a client of the greenhouse. */
function talk(ownMs: number): Talk {
  const net = new LinkedCells(["greenhouse", "pumphouse"]);
  const trace: string[] = [];
  const ends: string[] = [];
  const server: Pid = net.of("pumphouse").cell.spawn(
    function* server(self: Self<ConverseMessage>): ProcessGenerator {
      self.publish("meter");
      for (;;) {
        const opening = yield* self.receive("converse");
        const held = acceptConversation(self, meter, "meter", opening)!;
        for (;;) {
          const message = yield* held.receive();
          if (message?.type === "ask") {
            if (ownMs > 0) yield* self.sleep(ownMs);
            held.send({ type: "answer", volts: 1 });
            continue;
          }
          ends.push(
            message?.type === "down" ? describeReason(rootCause(message.reason)) : String(message?.type),
          );
          break;
        }
      }
    },
    [],
    { label: "meter" },
  );
  net.pass(20);
  const beganUs = net.clock.now();
  const at = (what: string) => trace.push(`${Math.round((net.clock.now() - beganUs) / 1000)} ${what}`);
  const onMiss = ({ blame, found }: ContractReport) => at(`${blame}: ${found}`);
  const ask = (times: number) => {
    const to = net.of("greenhouse").cell.names.whereis("meter@pumphouse")!;
    assert.is(String(to), String(server));
    net.of("greenhouse").cell.spawn(
      function* client(self: Self): ProcessGenerator {
        const held: Client = openConversation(self, meter, "client", to, { onMiss });
        for (let n = 0; n < times; n++) {
          held.send({ type: "ask", channel: 1 });
          const heard = yield* held.receive();
          at(
            heard?.type === "down" ? `down ${describeReason(rootCause(heard.reason))}` : String(heard?.type),
          );
          if (heard?.type === "down") return;
        }
        held.send({ type: "bye" });
      },
      [],
      { label: "client" },
    );
  };
  return {
    net,
    trace,
    ends,
    ask,
    crashed: () => ["greenhouse", "pumphouse"].flatMap((board) => net.of(board).crashed),
  };
}

spec("a conversation over a link that works: answers in time, and nobody is blamed", () => {
  const { net, trace, ends, ask, crashed } = talk(40);
  ask(3);
  net.pass(1000);
  assert.equal(trace, ["42 answer", "84 answer", "126 answer"]);
  assert.equal([ends, crashed()], [["bye"], []]);
});

spec(
  "a link that is cut in the middle is blamed: both sides hear noconnection, and nobody is stopped",
  () => {
    const { net, trace, ends, ask, crashed } = talk(40);
    ask(3);
    net.pass(60);
    net.fate = () => [];
    net.pass(20_000);
    // The second question was asked at 42; its answer has 50 ms, the word of its witness as long again.
    assert.match(trace.join("\n"), /^42 answer\n14\d link: nothing for \d+ ms\n[67]\d{3} down noconnection$/);
    assert.equal([ends, crashed()], [["noconnection"], []]);
    // The same two processes talk again when the link is back.
    net.fate = () => [1];
    net.pass(20_000);
    ask(1);
    net.pass(1000);
    assert.match(trace.at(-1)!, /^\d+ answer$/);
    assert.equal([ends, crashed()], [["noconnection", "bye"], []]);
  },
);

spec("a link that is cut one way only is blamed all the same", () => {
  const { net, trace, ask, crashed } = talk(40);
  ask(3);
  net.pass(60);
  net.fate = (from) => (from === "pumphouse" ? [] : [1]);
  net.pass(20_000);
  assert.match(trace.join("\n"), /^42 answer\n14\d link: nothing for \d+ ms\n\d{4} down noconnection$/);
  assert.equal(crashed(), []);
});

spec("time on the way is not the party's: a slow link is blamed, an honest meter answers", () => {
  const { net, trace, ask, crashed } = talk(40);
  net.fate = () => [30];
  ask(2);
  net.pass(1000);
  assert.match(trace.join("\n"), /^1\d\d answer\n2\d\d answer$|link: nothing/);
  assert.is(trace.filter((line) => line.endsWith("answer")).length, 2);
  assert.ok(
    trace.every((line) => / answer$| link: /.test(line)),
    trace.join("\n"),
  );
  assert.equal(crashed(), []);
});

spec(
  "whoever takes longer than the contract allows is stopped, however far away and by however slow a link",
  () => {
    for (const ms of [1, 15]) {
      const { net, trace, ask, crashed } = talk(5000);
      net.fate = () => [ms];
      ask(1);
      net.pass(1000);
      assert.match(trace.at(-1)!, /^\d+ down contract meter, state asked: .* blamed: peer$/);
      assert.is(crashed().length, 1);
      assert.match(crashed()[0]!, /^meter: contract meter/);
    }
  },
);

spec("a testimony that comes late answers no other question than its own", () => {
  const { net, trace, ends, ask, crashed } = talk(40);
  ask(3);
  net.fate = (from) => [from === "greenhouse" ? 60 : 1];
  net.pass(100);
  // The question to the witness is still on its way when the meter has answered, and is asked the next.
  net.fate = () => [1];
  net.pass(1000);
  assert.is(trace.filter((line) => line.endsWith("answer")).length, 3, trace.join("\n"));
  assert.ok(
    trace.every((line) => / answer$| link: /.test(line)),
    trace.join("\n"),
  );
  assert.equal([ends, crashed()], [["bye"], []]);
});

/** The source has to say something every 50 ms, and nobody asks. */
const feed = declareProtocol({
  name: "feed",
  sides: ["sink", "source"],
  start: "open",
  states: { open: { may: { source: { sample: { fields: { n: "int" }, next: "open" } } }, within: 50 } },
});

spec("who speaks by itself in time is not blamed for what its words take on the way", () => {
  const { net, crashed } = talk(0);
  const heard: string[] = [];
  net.of("pumphouse").cell.spawn(
    function* source(self: Self<ConverseMessage>): ProcessGenerator {
      self.publish("source");
      const held = acceptConversation(self, feed, "source", yield* self.receive("converse"))!;
      for (let n = 0; !held.over; n++) {
        held.send({ type: "sample", n });
        yield* self.sleep(40);
      }
    },
    [],
    { label: "source" },
  );
  net.pass(20);
  const to = net.of("greenhouse").cell.names.whereis("source@pumphouse")!;
  net.of("greenhouse").cell.spawn(function* sink(self: Self): ProcessGenerator {
    const onMiss = ({ blame }: ContractReport) => heard.push(`missed by ${blame}`);
    const held = openConversation(self, feed, "sink", to, { onMiss });
    for (;;) {
      const said = yield* held.receive();
      heard.push(said?.type === "sample" ? String(said.n) : String(said?.type));
    }
  }, []);
  // The way gets longer by more than a limit allows, again and again.
  for (const ms of [1, 45, 1, 45, 90, 1]) {
    net.fate = (from) => [from === "pumphouse" ? ms : 1];
    net.pass(400);
  }
  assert.equal(crashed(), []);
  const samples = heard.filter((line) => !line.startsWith("missed"));
  assert.equal(
    samples,
    samples.map((_, n) => String(n)),
  );
  assert.ok(samples.length > 50, `${samples.length}`);
  assert.ok(
    heard.every((line) => /^(\d+|missed by link)$/.test(line)),
    heard.join(" "),
  );
});

/** Of the packets with words that this board sends from now on the first is lost, as often as it is sent; the rest arrives. */
function losesFirst(net: LinkedCells, board: string): void {
  let lost: number | undefined;
  net.fate = (from, _, bytes) => {
    const packet = from === board ? decodePacket(bytes.subarray(0, -SEAL_BYTES)) : undefined;
    if (packet?.type !== "data") return [1];
    lost ??= packet.number;
    return packet.number === lost ? [] : [1];
  };
}

spec("an answer that is lost for good ends the conversation and blames the link", () => {
  const { net, trace, ends, ask, crashed } = talk(10);
  ask(2);
  net.pass(15);
  losesFirst(net, "pumphouse");
  net.pass(6000);
  const [answer, miss, down, ...rest] = trace;
  assert.equal([answer, rest], ["12 answer", []]);
  assert.match(miss!, /^\d+ link: nothing for \d+ ms$/);
  assert.match(
    down!,
    /^3\d{3} down contract meter, state asked: meter .*: 1 of its messages lost; .* blamed: link$/,
  );
  assert.equal(crashed(), []);
  assert.match(ends.join(), /1 of its messages lost; .* blamed: link$/);
});

spec(
  "a question that is lost for good is the link's, though something else waits in the mailbox of the one who is asked",
  () => {
    const { net, trace, ask, crashed } = talk(10);
    ask(2);
    net.pass(11);
    losesFirst(net, "greenhouse");
    net.pass(6000);
    assert.match(trace.join("\n"), /^12 answer\n\d+ link: nothing for \d+ ms$/);
    assert.equal(crashed(), []);
  },
);

spec(
  "whatever the network does, two honest parties are never stopped, and no blame falls on either",
  () => {
    const fates = fc.constantFrom("lost", "twice", "late", "slow", "fine", "fine", "fine");
    const phases = fc.array(
      fc.record({ fate: fates, way: fc.constantFrom("out", "back", "both"), ms: fc.nat(3000) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(phases, fc.nat({ max: 45 }), fc.nat({ max: 6 }), (script, ownMs, every) => {
        const { net, trace, ask, crashed } = talk(ownMs);
        let count = 0;
        ask(20);
        for (const { fate, way, ms } of script) {
          net.fate = (from) => {
            const isOut = from === "greenhouse";
            if ((way === "out" && !isOut) || (way === "back" && isOut)) return [1];
            if (++count % (every + 1) !== 0) return [1];
            return { lost: [], twice: [1, 30], late: [200], slow: [60], fine: [1] }[fate];
          };
          net.pass(ms);
        }
        net.fate = () => [1];
        net.pass(30_000);
        assert.equal(crashed(), []);
        for (const line of trace)
          assert.match(line, / answer$| link: | down noconnection$| down contract .* blamed: link$/);
        // A question that is lost is waited for until somebody sets a limit to that.
        assert.ok(trace.length > 0);
      }),
      { numRuns: 150 },
    );
  },
  { limitMs: 60_000 },
);
