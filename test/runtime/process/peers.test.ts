import * as assert from "uvu/assert";
import type { Peer } from "../../../runtime/process/cell-contract.ts";
import { Peers } from "../../../runtime/process/peers.ts";
import { importPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";

spec("a pid is reached through the life of the cell that it names, and through no other", () => {
  const peers = new Peers("b", undefined);
  const second = way(2);
  peers.up("there", second);
  assert.is(peers.of(pid({ incarnation: 2 })), second);
  assert.is(peers.of(pid({ incarnation: 1 })), undefined);
  peers.down("there", 1);
  assert.is(peers.of(pid({ incarnation: 2 })), second, "the end of the life before is not its end");
  peers.down("there", 2);
  assert.is(peers.of(pid({ incarnation: 2 })), undefined);
});

spec("who knows more is asked once for a cell that is not known, and the way it brings is taken", () => {
  const asked: string[] = [];
  const brought = way(1);
  const peers: Peers = new Peers("b", (unknown) => {
    asked.push(String(unknown));
    peers.up("there", brought);
  });
  assert.is(peers.of(pid({ incarnation: 1 })), brought);
  assert.is(peers.of(pid({ incarnation: 1 })), brought);
  assert.equal(asked, ["<b.there.1>"]);
});

spec("a pid of this board's runtime before this one reaches nobody, though a cell has that name", () => {
  const peers = new Peers("b", undefined);
  peers.up("there", way(1));
  assert.is(peers.of(pid({ incarnation: 1, life: 4 })), undefined);
});

spec("cells of another board are reached by its route while that life of it is linked", () => {
  const sent: string[] = [];
  const peers = new Peers("b", undefined);
  const abroad = pid({ board: "shed", life: 3, incarnation: 5 });
  peers.boardUp("shed", 3, {
    post: (cell, incarnation, frame) => sent.push(`${cell} ${incarnation} ${frame.kind}`) > 0,
  });
  peers.of(abroad)?.post({ kind: "link" } as Frame);
  assert.is(peers.of(pid({ board: "shed", life: 2, incarnation: 5 })), undefined);
  peers.boardDown("shed", 3);
  assert.is(peers.of(abroad), undefined);
  assert.equal(sent, ["there 5 link"]);
});

function way(incarnation: number): Peer {
  return { incarnation, post: () => true };
}

function pid(home: { readonly board?: string; readonly incarnation: number; readonly life?: number }): Pid {
  return importPid({ board: "b", cell: "there", number: 1, key: "k", ...home });
}
