import * as assert from "uvu/assert";
import { exportPid, importPid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";
import { hands } from "./hands.ts";
import { PLACES } from "./places.ts";

spec(
  "signals of every kind pass a way whose credit is used up; only messages are refused, and counted",
  () => {
    const place = PLACES[0]!.make();
    const posted: string[] = [];
    place.here.peerUp("busy", {
      incarnation: 1,
      post: ({ kind }) => posted.push(kind) > 0 && kind !== "message",
    });
    const other = importPid({
      board: "bench",
      cell: "busy",
      incarnation: 1,
      number: 1,
      key: "0".repeat(32),
    });
    const [a, dying] = [hands(place, "here"), hands(place, "here", false)];
    a.do((self) => {
      self.send(other, "message");
      self.link(other);
      self.unlink(other);
      self.demonitor(self.monitor(other));
      self.exit(other, "shutdown");
      self.kill(other);
    });
    dying.do((self) => {
      self.link(other);
      self.monitor(other);
      self.exit(self.pid, "shutdown");
    });
    assert.equal(posted, [
      ...["message", "link", "unlink", "monitor", "demonitor", "exit", "exit"],
      ...["link", "monitor", "demonitor", "exit"],
    ]);
    assert.is(place.here.counts.credit, 1);
  },
);

spec("the down of who is watched from afar passes it, too", () => {
  const { cell, until } = handCell();
  const posted: string[] = [];
  cell.peerUp("busy", { incarnation: 1, post: ({ kind }) => posted.push(kind) > 0 && kind !== "message" });
  const pid = cell.spawn(function* idle(self) {
    yield* self.receive();
  }, []);
  until(0);
  const to = exportPid(pid);
  const from = { board: "bench", cell: "busy", incarnation: 1, number: 7, key: "0".repeat(32) };
  cell.deliver({ kind: "monitor", to, from, ref: 1 });
  cell.exit(undefined, pid, "shutdown");
  assert.equal(posted, ["down"]);
});
