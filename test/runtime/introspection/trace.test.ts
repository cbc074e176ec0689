import * as assert from "uvu/assert";
import type { TraceEntry } from "../../../runtime/introspection/report.ts";
import type { TraceFilter } from "../../../runtime/introspection/trace-filter.ts";
import { TraceRing } from "../../../runtime/introspection/trace-ring.ts";
import { Tracer } from "../../../runtime/introspection/tracer.ts";
import { BAND } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

spec("the ring keeps the newest, hands them out once, and counts what nobody read", () => {
  const ring = new TraceRing<number>(3);
  assert.equal(ring.take(), []);
  for (let n = 0; n < 2; n++) ring.push((at) => at);
  assert.equal(ring.take(), [1, 2]);
  for (let n = 0; n < 5; n++) ring.push((at) => at);
  assert.equal([ring.written, ring.lost], [7, 2]);
  assert.equal(ring.take(2), [5, 6]);
  ring.push((at) => at);
  assert.equal(ring.take(), [7, 8]);
  assert.equal(ring.take(), []);
  assert.equal([ring.written, ring.lost], [8, 2]);
});

type Message = { type: "ask" | "tell"; n: number };

function* server(self: Self<Message>) {
  self.register("desk");
  for (;;) {
    const message = yield* self.receive();
    if (message.type === "tell" && message.n < 0) throw new Error("told so");
  }
}

/** A cell with a server and a client that sends it two messages and ends, traced from the start. */
function traced(filter: TraceFilter = {}, { capacity = 100, forUs = 1e9 } = {}) {
  const hand = handCell();
  const { cell, until } = hand;
  const desk = cell.spawn(server, []);
  until(1);
  const tracer = new Tracer(cell, { filter, capacity, untilUs: forUs });
  const play = (n = 1) => {
    cell.spawn(
      function* client(self: Self) {
        self.send(desk, { type: "ask", n });
        self.send("desk", { type: "tell", n });
        yield* self.sleep(1);
      },
      [],
      { label: "customer" },
    );
    until(hand.clock.now() / 1000 + 5);
  };
  return { ...hand, tracer, play, desk };
}

function lines(entries: readonly TraceEntry[]): string[] {
  return entries.map(({ kind, pid, label, other, text }) =>
    [kind, pid, label, other, text].filter((part) => part !== null).join(" | "),
  );
}

const CLIENT = "<bench.hand.2>";
const DESK = "<bench.hand.1>";

spec("a trace tells of sends, receives, spawns and ends, in order, with who and what", () => {
  const { tracer, play, clock } = traced();
  play();
  const entries = tracer.take();
  assert.equal(lines(entries), [
    `spawn | ${CLIENT} | customer | customer`,
    `send | ${CLIENT} | customer | ${DESK} | {type: "ask", n: 1}`,
    `send | ${CLIENT} | customer | desk | {type: "tell", n: 1}`,
    `receive | ${DESK} | server | {type: "ask", n: 1}`,
    `receive | ${DESK} | server | {type: "tell", n: 1}`,
    `exit | ${CLIENT} | customer | normal`,
  ]);
  assert.equal(
    entries.map(({ n }) => n),
    [1, 2, 3, 4, 5, 6],
  );
  assert.ok(entries.every(({ atUs, cell }) => atUs <= clock.now() && cell === "hand"));
});

const FILTERS: readonly (readonly [string, TraceFilter, readonly string[]])[] = [
  ["kinds", { kinds: ["spawn", "exit"] }, ["spawn", "exit"]],
  ["tags", { tags: ["ask"] }, ["send", "receive"]],
  ["a pid as it is printed", { processes: [DESK] }, ["send", "receive", "receive"]],
  ["a pid as people write it", { processes: ["hand.1"], kinds: ["receive"] }, ["receive", "receive"]],
  ["a label", { processes: ["customer"] }, ["spawn", "send", "send", "exit"]],
  ["a name", { processes: ["desk"] }, ["send", "send", "receive", "receive"]],
  ["a cell", { processes: ["hand"], kinds: ["exit"] }, ["exit"]],
  ["several at once", { processes: ["desk", "x"], kinds: ["send"], tags: ["tell", "y"] }, ["send"]],
  ["nobody", { processes: ["hand.99"] }, []],
];

for (const [what, filter, kinds] of FILTERS) {
  spec(`a trace filtered by ${what} tells of nothing else`, () => {
    const { tracer, play } = traced(filter);
    play();
    assert.equal(
      tracer.take().map(({ kind }) => kind),
      kinds,
    );
  });
}

spec("a tag is found on a message, on what a call asks, and on what is said in a conversation", () => {
  const { tracer, cell, desk, until } = traced({ kinds: ["send"], tags: ["reading"] });
  const messages = [
    { type: "reading", n: 1 },
    { type: "call", request: { type: "reading", n: 2 } },
    { type: "said", message: { type: "reading", n: 3 } },
    { type: "said", message: null },
    { type: "other", reading: "reading" },
    ["reading"],
    "reading",
    null,
  ];
  for (const message of messages) cell.post(desk, message);
  until(2);
  assert.equal(
    tracer.take().map(({ text }) => /n: (\d)/.exec(text)?.[1]),
    ["1", "2", "3"],
  );
});

spec("a crash is told with its error, a miss with how late it was", () => {
  const { tracer, cell, clock, play, desk } = traced({ kinds: ["exit", "miss"] });
  play(-1);
  cell.spawn(
    function* late(self: Self) {
      yield* self.sleep(1);
    },
    [],
    { label: "late", band: BAND.bestEffort },
  );
  cell.run();
  const other = cell.spawn(function* due(self: Self) {
    yield* self.receive();
  }, []);
  cell.run();
  cell.send(other, "work", clock.now() + 100);
  clock.advanceTo(clock.now() + 600);
  cell.run();
  const told = lines(tracer.take());
  assert.ok(told.includes(`exit | ${desk} | server | Error: told so`), told.join("\n"));
  assert.ok(told.includes(`miss | ${other} | due | 500 us late`), told.join("\n"));
});

spec("what the kernel tells goes before all work, and is no miss", () => {
  const { tracer, cell, until, clock } = traced({ kinds: ["miss"] });
  const heard: string[] = [];
  cell.spawn(function* watcher(self: Self) {
    self.monitor(self.spawn(function* short() {}, []));
    heard.push((yield* self.receive()).type);
  }, []);
  until(clock.now() / 1000 + 5);
  assert.equal([heard, tracer.take()], [["down"], []]);
});

spec("the oldest entries go first, and how many is told", () => {
  const { tracer, play } = traced({ kinds: ["send"] }, { capacity: 3 });
  for (let n = 1; n <= 3; n++) play(n);
  assert.equal(
    tracer.take().map(({ n, text }) => `${n} ${text}`),
    ['4 {type: "tell", n: 2}', '5 {type: "ask", n: 3}', '6 {type: "tell", n: 3}'],
  );
  assert.equal(tracer.state, { written: 6, lost: 3 });
});

spec(
  "a trace that is stopped, or whose time is over, is out of the cell; who was there before is back",
  () => {
    const { tracer, play, cell, until, clock } = traced({}, { forUs: 20_000 });
    const heard: string[] = [];
    const rest = { received() {}, spawned() {}, ended() {}, missed() {} };
    tracer.stop();
    assert.is(cell.trace, undefined);
    cell.trace = { ...rest, sent: () => heard.push("sent") };
    const before = cell.trace;
    const second = new Tracer(cell, { filter: { kinds: ["send"] }, capacity: 9, untilUs: 20_000 });
    play();
    assert.is(heard.length, 2, "who was there before hears everything all the same");
    assert.is(second.take().length, 2);
    until(clock.now() / 1000 + 50);
    play();
    assert.is(cell.trace, before);
    assert.not(second.running);
    assert.equal(second.take(), []);
    second.stop();
    assert.is(cell.trace, before);
    assert.equal(tracer.take(), []);
  },
);

spec("who looks is not in the trace, or each look would add to what there is to see", () => {
  const hand = handCell();
  const { cell, until } = hand;
  cell.spawn(function* looker(self: Self<unknown>) {
    self.register("inspector");
    for (;;) self.send("inspector.desk", yield* self.receive());
  }, []);
  cell.spawn(function* desk(self: Self<unknown>) {
    self.register("inspector.desk");
    for (;;) yield* self.receive();
  }, []);
  until(1);
  const tracer = new Tracer(cell, { filter: {}, capacity: 10, untilUs: 1e9 });
  cell.post("inspector", "look");
  until(2);
  assert.equal(tracer.take(), []);
});

spec("a capacity that is none is refused, and nothing is traced", () => {
  const { cell } = handCell();
  for (const capacity of [0, -1, 1.5, 10_001, Number.NaN]) {
    assert.throws(() => new Tracer(cell, { filter: {}, capacity, untilUs: 1 }), RangeError);
  }
  assert.is(cell.trace, undefined);
});
