/** What leaves a cell, frame by frame: the other cell is a list. */
import * as assert from "uvu/assert";
import type { CellCounts, Peer } from "../../../runtime/process/cell-contract.ts";
import { Outbox } from "../../../runtime/process/outbox.ts";
import { Peers } from "../../../runtime/process/peers.ts";
import { importPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";

spec("a monitor is held only while somebody runs, and flush sends it", () => {
  const { outbox, log } = cellWith("there");
  assert.ok(outbox.post(pid("there", 1), monitor(pid("there", 1)), true));
  assert.equal([outbox.isHolding, log], [true, []]);
  outbox.flush();
  outbox.post(pid("there", 1), monitor(pid("there", 1)), false);
  assert.equal([outbox.isHolding, log], [false, ["there monitor 1", "there monitor 1"]]);
});

spec("a message to the same process takes the monitor along", () => {
  const { outbox, log } = cellWith("there");
  outbox.post(pid("there", 1), monitor(pid("there", 1)), true);
  outbox.send(undefined, pid("there", 1), "ask", 2);
  assert.equal([outbox.isHolding, log], [false, ["there message+monitor 1"]]);
});

spec("a message to another process, and any signal, goes after the monitor that is held", () => {
  const { outbox, log } = cellWith("there", "elsewhere");
  outbox.post(pid("there", 1), monitor(pid("there", 1)), true);
  outbox.send(undefined, pid("there", 2), "hello", 2);
  outbox.post(pid("there", 1), monitor(pid("there", 1)), true);
  outbox.post(pid("elsewhere", 1), unlink(pid("elsewhere", 1)), true);
  assert.equal(log, ["there monitor 1", "there message 2", "there monitor 1", "elsewhere unlink 1"]);
});

spec("without a way a message is counted as dead, and a signal is told to its sender", () => {
  const { outbox, counts, log } = cellWith("there");
  outbox.send(undefined, pid("nowhere", 1), "hello", 2);
  assert.not(outbox.post(pid("nowhere", 1), monitor(pid("nowhere", 1)), true));
  assert.equal([counts.dead, outbox.isHolding, log], [1, false, []]);
});

spec("where credit refuses a message, what it took along goes without it", () => {
  const { outbox, counts, log, refuse } = cellWith("there");
  refuse();
  outbox.post(pid("there", 1), monitor(pid("there", 1)), true);
  outbox.send(undefined, pid("there", 1), "ask", 2);
  assert.equal([counts.credit, log], [1, ["there monitor 1"]]);
});

/** Takes notes of frames; from `refuse` on messages find no credit. */
function cellWith(...cells: readonly string[]) {
  const log: string[] = [];
  let refuses = false;
  const counts: CellCounts = { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 };
  const peers = new Peers("b", undefined);
  const post = (cell: string, frame: Frame): boolean => {
    if (refuses && frame.kind === "message") return false;
    const extra = frame.kind === "message" && frame.monitor !== undefined ? "+monitor" : "";
    log.push(`${cell} ${frame.kind}${extra} ${frame.to.number}`);
    return true;
  };
  for (const cell of cells) {
    const peer: Peer = { incarnation: 1, post: (frame) => post(cell, frame) };
    peers.up(cell, peer);
  }
  const refuse = () => {
    refuses = true;
  };
  return { outbox: new Outbox(peers, counts), counts, log, refuse };
}

const from = { board: "b", cell: "here", incarnation: 1, number: 9, key: "ours" };

function pid(cell: string, number: number): Pid {
  return importPid({ board: "b", cell, incarnation: 1, number, key: `key ${number}` });
}

function monitor({ number }: Pid): Frame {
  return { kind: "monitor", to: { incarnation: 1, number, key: `key ${number}` }, from, ref: 7 };
}

function unlink({ number }: Pid): Frame {
  return { kind: "unlink", to: { incarnation: 1, number, key: `key ${number}` }, from, ids: [] };
}
