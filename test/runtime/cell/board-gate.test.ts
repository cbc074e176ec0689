import * as assert from "uvu/assert";
import type { BoardExchange } from "../../../runtime/boards/board-exchange.ts";
import type { OwnBoard } from "../../../runtime/boards/own-board.ts";
import { BoardGate } from "../../../runtime/cell/board-gate.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";

const to = { incarnation: 1, number: 1, key: "0" };
const from = { board: "greenhouse", life: 1, cell: "work", incarnation: 1, number: 7, key: "0" };

/** A gate in the cell `mqtt`, with what came through it. */
function gate() {
  const passed: string[] = [];
  const news: string[] = [];
  let own: OwnBoard | undefined;
  const ports = {
    cellName: "mqtt",
    names: { watchPublic: () => () => {}, listPublic: () => [] },
    groups: { watchBoard: () => {}, ofBoard: () => [] },
    openGate: () => {},
    toCell: (cell: string, _: number, frame: Frame) => passed.push(`${cell} ${frame.kind}`) > 0,
    flush: () => {},
    tellCells: () => {},
    tellKernel: () => {},
  };
  new BoardGate(ports, new VirtualClock()).open(
    (made) => {
      own = made;
      return {} as BoardExchange;
    },
    { up: () => {}, down: () => {}, meddled: (board) => news.push(board) },
  );
  const deliver = (cell: string, frame: Frame) => own!.deliver(cell, 1, frame);
  return { deliver, passed, news };
}

spec("no other board ends what speaks for this one: neither by an exit signal nor by a link", () => {
  const { deliver, passed, news } = gate();
  assert.is(deliver("mqtt", { kind: "exit", to, from, reason: "killed" }), "gone");
  assert.is(deliver("mqtt", { kind: "link", to, from, id: "1" }), "gone");
  assert.equal([passed, news], [[], ["greenhouse", "greenhouse"]]);
});

spec(
  "it watches that as ever, ends that are owed to links come through, and so does all for other cells",
  () => {
    const { deliver, passed, news } = gate();
    assert.is(deliver("mqtt", { kind: "monitor", to, from, ref: 1 }), "ok");
    assert.is(deliver("mqtt", { kind: "exit", to, from, reason: "killed", links: ["1"] }), "ok");
    assert.is(deliver("work", { kind: "exit", to, from, reason: "killed" }), "ok");
    assert.is(deliver("work", { kind: "link", to, from, id: "1" }), "ok");
    assert.equal([passed, news], [["mqtt monitor", "mqtt exit", "work exit", "work link"], []]);
  },
);
