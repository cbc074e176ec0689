import * as assert from "uvu/assert";
import { type Pid, processOf } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { hands } from "./hands.ts";
import { bondsOf, FREE, PLACES, type Place, twoCells } from "./places.ts";

for (const { name, make } of PLACES) {
  spec(`${name}: a link made from both sides is one link, and either side cuts it`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    for (const cutter of [a, b]) {
      a.do((self) => self.link(place.across(b.pid)));
      b.do((self) => self.link(place.across(a.pid)));
      assert.equal([bondsOf(a.pid).links, bondsOf(b.pid).links], [1, 1]);
      cutter.do((self) => self.unlink(place.across(cutter === a ? b.pid : a.pid)));
      assert.equal([bondsOf(a.pid), bondsOf(b.pid)], [FREE, FREE]);
    }
    b.do(() => crash());
    assert.equal(a.heard, []);
  });

  spec(`${name}: who links twice hears of the end once`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    a.do((self) => {
      self.link(place.across(b.pid));
      self.link(place.across(b.pid));
    });
    b.do(() => crash());
    assert.equal(a.heard, ["exit Error: crash"]);
    assert.equal(bondsOf(a.pid), FREE);
  });

  spec(`${name}: an exit that was on its way when the link was cut is not heard later`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there", false)];
    a.do((self) => self.link(place.across(b.pid)));
    a.do((self) => {
      self.exit(place.across(b.pid), "shutdown");
      self.unlink(place.across(b.pid));
      a.heard.push("unlinked");
    });
    // In one cell the exit was in the mailbox before; across cells it comes never.
    assert.equal(a.heard, name === "in one cell" ? ["unlinked", "exit shutdown"] : ["unlinked"]);
  });

  spec(`${name}: exit signals keep their place among messages`, () => {
    const place = make();
    const seen: string[] = [];
    const reader = place.there.spawn(function* reader(self: Self<string>) {
      for (;;) seen.push((yield* self.receive()) as string);
    }, []);
    const a = hands(place, "here");
    a.do((self) => {
      const to = place.across(reader);
      self.monitor(to);
      for (let n = 0; n < 3; n++) self.send(to, "may reach");
      self.exit(to, "shutdown");
      for (let n = 0; n < 3; n++) self.send(to, "may not reach");
    });
    assert.equal(a.heard, ["down shutdown"]);
    assert.not(seen.includes("may not reach"));
    assert.is(place.there.counts.dead, 3);
  });

  for (const length of [1, 2, 9, 10]) {
    spec(`${name}: kill becomes killed along ${length} links`, () => {
      for (const itself of [true, false]) {
        const place = make();
        const first = hands(place, "here");
        const chain = [first];
        for (let n = 1; n <= length; n++) {
          const next = hands(place, n % 2 === 0 ? "here" : "there", false);
          const before = chain.at(-1)!;
          next.do((self) => self.link(seen(place, before.pid, n % 2 === 0)));
          chain.push(next);
        }
        const last = chain.at(-1)!;
        const killer = itself ? last : first;
        killer.do((self) => self.kill(itself ? self.pid : seen(place, last.pid, true)));
        assert.equal(first.heard, ["exit killed"], `killed by ${itself ? "itself" : "another"}`);
        assert.ok(chain.slice(1).every(({ pid }) => processOf(pid)!.state === "dead"));
      }
    });
  }

  spec(`${name}: after unlink and the end of one side nothing is left with the other`, () => {
    const place = make();
    const far = hands(place, "there");
    for (let n = 0; n < 10; n++) {
      const near = hands(place, "here", false);
      near.do((self) => {
        self.link(place.across(far.pid));
        self.monitor(place.across(far.pid));
      });
      near.do((self) => {
        self.unlink(place.across(far.pid));
        self.exit(self.pid, "shutdown");
      });
    }
    assert.equal(bondsOf(far.pid), FREE);
    assert.equal(far.heard, []);
  });
}

spec("a link to itself is none", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  a.do((self) => {
    self.link(self.pid);
    self.unlink(self.pid);
    self.link(self.pid);
  });
  assert.equal(bondsOf(a.pid), FREE);
});

spec(
  "who unlinks, and is linked again too late, hears noproc and not why the first link would have ended",
  () => {
    const place = twoCells();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    b.do((self) => self.link(place.across(a.pid)));
    a.do((self) => self.unlink(place.across(b.pid)));
    b.do(() => crash());
    a.do((self) => self.link(place.across(b.pid)));
    assert.equal(a.heard, ["exit noproc"]);
  },
);

spec("a link to a process of a cell that is gone ends at once", () => {
  const place = twoCells();
  const far = hands(place, "there");
  const watcher = hands(place, "here");
  watcher.do((self) => self.monitor(place.across(far.pid)));
  place.endThere();
  assert.equal(watcher.heard, ["down cell c1: killed"]);
  const linker = hands(place, "here", false);
  watcher.do((self) => self.monitor(linker.pid));
  linker.do((self) => self.link(place.across(far.pid)));
  assert.equal(watcher.heard.slice(1), ["down noproc"]);
});

function crash(): never {
  throw new Error("crash");
}

/** A pid as the side `here` (or there) knows it. */
function seen(place: Place, pid: Pid, here: boolean): Pid {
  const isHere = pid.cell === place.here.home.cell;
  return isHere === here || place.here === place.there ? pid : place.across(pid);
}
