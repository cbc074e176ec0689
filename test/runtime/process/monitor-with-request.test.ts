import * as assert from "uvu/assert";
import { Cell } from "../../../runtime/process/cell.ts";
import { exportPid, importPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";
import { bondsOf, FREE } from "./places.ts";

type Ask = { readonly type: "ask"; readonly from: Pid; readonly ref: number };

spec(
  "a request and the monitor before it travel as one frame, the reply closes both ends: two frames in all",
  () => {
    const way = new Way();
    const server = way.there.spawn(answering, []);
    way.here.spawn(asking, [way.across(server)], { label: "asker" });
    way.settle();
    assert.equal(way.log, ["here message+monitor", "there message+closed"]);
    assert.equal(bondsOf(server), FREE);
  },
);

spec("a monitor with no request behind it leaves when its process waits", () => {
  const way = new Way();
  const server = way.there.spawn(answering, []);
  way.here.spawn(function* (self: Self) {
    self.monitor(way.across(server));
    yield* self.receive();
  }, []);
  way.settle();
  assert.equal(way.log, ["here monitor"]);
  assert.equal(bondsOf(server), { links: 0, watching: 0, watchers: 1 });
});

spec("a monitor leaves before a message to somebody else, so that order is as it was asked for", () => {
  const way = new Way();
  const server = way.there.spawn(answering, []);
  const other = way.there.spawn(answering, []);
  way.here.spawn(function* (self: Self) {
    self.monitor(way.across(server));
    self.send(way.across(other), { type: "hello" });
    yield* self.receive();
  }, []);
  way.settle();
  assert.equal(way.log, ["here monitor", "here message"]);
});

spec("where credit refuses the request, the monitor still goes, and tells of the end", () => {
  const way = new Way();
  const server = way.there.spawn(answering, []);
  const heard: unknown[] = [];
  way.refusing = true;
  way.here.spawn(function* (self: Self) {
    const ref = self.monitor(way.across(server));
    self.send(way.across(server), { type: "ask", from: self.pid, ref });
    const down = yield* self.receive("down");
    heard.push(down.reason);
  }, []);
  way.settle();
  way.there.exit(undefined, server, "kill");
  way.settle();
  assert.equal(way.here.counts.credit, 1);
  assert.equal(heard, ["killed"]);
});

spec("where credit refuses the reply, the server goes on being watched", () => {
  const way = new Way();
  const server = way.there.spawn(answering, []);
  way.here.spawn(asking, [way.across(server)]);
  way.here.run();
  way.arrive();
  way.refusing = true;
  way.settle();
  assert.equal(way.there.counts.credit, 1);
  assert.equal(bondsOf(server), { links: 0, watching: 0, watchers: 1 });
});

spec("who asks the dead is told noproc, also when request and monitor came as one", () => {
  const way = new Way();
  const server = way.there.spawn(answering, []);
  const known = way.across(server);
  way.there.exit(undefined, server, "kill");
  const heard: unknown[] = [];
  way.here.spawn(function* (self: Self) {
    const ref = self.monitor(known);
    self.send(known, { type: "ask", from: self.pid, ref });
    heard.push((yield* self.receive("down")).reason);
  }, []);
  way.settle();
  assert.equal(heard, ["noproc"]);
  assert.equal(way.there.counts.dead, 1);
});

function* answering(self: Self<Ask>) {
  for (;;) {
    const { from, ref } = yield* self.receive("ask");
    self.send(from, { type: "reply", ref, value: 7 }, { alias: ref });
  }
}

function* asking(self: Self, server: Pid) {
  const ref = self.monitor(server);
  self.send(server, { type: "ask", from: self.pid, ref });
  const answer = yield* self.receive(ref);
  assert.is(answer.type, "reply");
}

/** Two cells whose frames are kept until they are told to arrive, and logged by what they carry. */
class Way {
  readonly log: string[] = [];
  /** Messages find no credit. */
  refusing = false;
  readonly here = this.#cell("here");
  readonly there = this.#cell("there");
  readonly #underWay: { readonly to: Cell; readonly frame: Frame }[] = [];

  constructor() {
    this.here.peerUp("there", { incarnation: 1, post: (frame) => this.#post("here", this.there, frame) });
    this.there.peerUp("here", { incarnation: 1, post: (frame) => this.#post("there", this.here, frame) });
  }

  across(pid: Pid): Pid {
    return importPid(exportPid(pid));
  }

  arrive(): void {
    for (const { to, frame } of this.#underWay.splice(0)) to.deliver(structuredClone(frame));
  }

  settle(): void {
    do {
      this.arrive();
      this.here.run();
      this.there.run();
    } while (this.#underWay.length > 0);
  }

  #post(from: string, to: Cell, frame: Frame): boolean {
    if (this.refusing && frame.kind === "message") return false;
    const extras = frame.kind === "message" ? [frame.monitor && "monitor", frame.closed && "closed"] : [];
    this.log.push(`${from} ${[frame.kind, ...extras.filter(Boolean)].join("+")}`);
    this.#underWay.push({ to, frame });
    return true;
  }

  #cell(cell: string): Cell {
    return new Cell({ board: "b", cell, incarnation: 1, clock: new VirtualClock() });
  }
}
