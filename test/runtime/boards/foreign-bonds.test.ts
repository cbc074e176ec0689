/** How many monitors, links and requests of one board stand on this one, and what takes them away. */
import * as assert from "uvu/assert";
import { ForeignBonds } from "../../../runtime/boards/foreign-bonds.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Frame, WireTarget } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

const to: WireTarget = { incarnation: 1, number: 7, key: "k" };
const from = { board: "shed", cell: "main", incarnation: 2, number: 3, key: "q", life: 1 };
const back: WireTarget = { incarnation: 2, number: 3, key: "q" };
const reason = "normal";
const monitor = (ref: number): Frame => ({ kind: "monitor", to, from, ref });
const link = (id: string): Frame => ({ kind: "link", to, from, id });
const call = (ref: number) =>
  ({ kind: "message", to, monitor: { from, ref } }) as unknown as Extract<Frame, { kind: "message" }>;

for (const [what, set, end] of [
  [
    "a monitor, by its owner",
    monitor(1),
    (b) => b.comes("shed", "main", { kind: "demonitor", to, from, ref: 1 }),
  ],
  [
    "a monitor, by the end of whom it watches",
    monitor(1),
    (b) => b.goes("shed", "main", { kind: "down", to: back, from, ref: 1, reason }),
  ],
  [
    "a request, by its answer",
    call(1),
    (b) => b.goes("shed", "main", { kind: "message", to: back, alias: 1, closed: true } as Frame),
  ],
  [
    "a link, by its owner",
    link("a"),
    (b) => b.comes("shed", "main", { kind: "unlink", to, from, ids: ["a"] }),
  ],
  [
    "a link, by its owner's end",
    link("a"),
    (b) => b.comes("shed", "main", { kind: "exit", to, from, reason, links: ["a"] }),
  ],
  [
    "a link, by the end of the other side",
    link("a"),
    (b) => b.goes("shed", "main", { kind: "exit", to: back, from, reason, links: ["a"] }),
  ],
  [
    "a link, by the word of the other side",
    link("a"),
    (b) => b.goes("shed", "main", { kind: "unlink", to: back, from, ids: ["a"] }),
  ],
  ["all of a cell here, by its end", monitor(1), (b) => b.ended("main", 1)],
  ["all of a cell there, by its end", monitor(1), (b) => b.endedThere("shed", "main", 2)],
  ["all of a board, by the end of the link", monitor(1), (b) => b.forget("shed")],
] as [string, Frame, (bonds: ForeignBonds) => unknown][])
  spec(`ended: ${what}`, () => {
    const bonds = new ForeignBonds(2);
    assert.ok(bonds.comes("shed", "main", set));
    assert.is(bonds.of("shed"), 1);
    end(bonds);
    assert.is(bonds.of("shed"), 0);
  });

spec("other lives, other numbers and messages without a monitor end and count nothing", () => {
  const bonds = new ForeignBonds(2);
  bonds.comes("shed", "main", monitor(1));
  bonds.comes("shed", "main", { kind: "message", to } as Frame);
  bonds.goes("shed", "main", { kind: "message", to: back, alias: 1 } as Frame);
  bonds.goes("shed", "other", { kind: "down", to: back, from, ref: 1, reason });
  bonds.goes("shed", "main", { kind: "down", to: { ...back, incarnation: 1 }, from, ref: 1, reason });
  bonds.comes("shed", "main", { kind: "demonitor", to, from, ref: 2 });
  bonds.ended("main", 2);
  bonds.endedThere("shed", "main", 1);
  bonds.endedThere("barn", "main", 2);
  bonds.forget("barn");
  assert.is(bonds.of("shed"), 1);
  assert.ok(bonds.comes("shed", "main", monitor(1)), "said twice it is one");
  assert.is(bonds.of("shed"), 1);
});

spec("one more than a board may have is refused, its others and those of other boards stand", () => {
  const bonds = new ForeignBonds(2);
  assert.equal(
    [monitor(1), call(2), monitor(3)].map((frame) => bonds.comes("shed", "main", frame)),
    [true, true, false],
  );
  assert.ok(bonds.comes("barn", "main", monitor(1)));
  assert.equal([bonds.of("shed"), bonds.of("barn")], [2, 1]);
  bonds.comes("shed", "main", { kind: "demonitor", to, from, ref: 1 });
  assert.ok(bonds.comes("shed", "main", monitor(4)));
});

spec("who watches too much of another board is told so, and hears of all that it watches", () => {
  const net = new LinkedCells(["greenhouse", "pumphouse"], {}, {}, undefined, 3);
  const pump = net.of("pumphouse").cell.spawn(function* (self: Self) {
    self.publish("pump");
    yield* self.receive();
  }, []);
  net.pass(10);
  const heard: string[] = [];
  net.of("greenhouse").cell.spawn(function* (self: Self) {
    for (let count = 0; count < 5; count++) self.monitor(self.whereis("pump@pumphouse") as Pid);
    for (;;) heard.push(JSON.stringify((yield* self.receive("down")).reason));
  }, []);
  net.pass(20);
  const refusal = JSON.stringify({
    shutdown: "a board may have 10000 monitors, links and unanswered requests here, and has them",
  });
  assert.equal(heard, [refusal, refusal]);
  assert.is(net.of("pumphouse").exchange.counts.tooMany, 2);
  assert.is(net.of("greenhouse").exchange.counts.tooMany, 0);
  net.of("pumphouse").cell.exit(undefined, pump, "kill");
  net.pass(20);
  assert.equal(heard.slice(2), Array(3).fill('"killed"'));
});
