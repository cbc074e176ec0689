import * as assert from "uvu/assert";
import { processOf } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { hands } from "./hands.ts";
import { bondsOf, FREE, PLACES, twoCells } from "./places.ts";

for (const { name, make } of PLACES) {
  spec(`${name}: a watcher that its target ends takes its monitor along`, () => {
    const place = make();
    const [a, b] = [hands(place, "here", false), hands(place, "there", false)];
    a.do((self) => self.monitor(place.across(b.pid)));
    b.do((self) => {
      self.exit(place.across(a.pid), "shutdown");
      self.exit(self.pid, "shutdown");
    });
    assert.ok([a, b].every(({ pid }) => processOf(pid)!.state === "dead"));
  });

  spec(`${name}: one down for the end, with its reason: normal, asked for, killed, crashed, too late`, () => {
    const place = make();
    const a = hands(place, "here");
    const ends: readonly [string, (self: Self<unknown>) => void][] = [
      ["down normal", (self) => self.exit(self.pid, "normal")],
      ["down shutdown", (self) => self.exit(self.pid, "shutdown")],
      ["down killed", (self) => self.kill(self.pid)],
      ["down Error: frop", () => raise("frop")],
    ];
    for (const [expected, end] of ends) {
      const b = hands(place, "there", false);
      a.do((self) => self.monitor(place.across(b.pid)));
      b.do(end);
      assert.equal(a.heard.splice(0), [expected]);
      a.do((self) => self.monitor(place.across(b.pid)));
      assert.equal(a.heard.splice(0), ["down noproc"]);
    }
    assert.equal(bondsOf(a.pid), FREE);
  });

  spec(`${name}: each of several monitors is told; those given up are not, before or after the end`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there", false)];
    const refs: number[] = [];
    a.do((self) => {
      for (let n = 0; n < 4; n++) refs.push(self.monitor(place.across(b.pid)));
      self.demonitor(refs[0]!);
      self.demonitor(refs[0]!);
    });
    // Its downs lie in the mailbox when it gives up the third.
    a.do((self) => {
      self.exit(place.across(b.pid), "shutdown");
      if (name === "in one cell") self.demonitor(refs[2]!);
    });
    assert.is(a.heard.length, name === "in one cell" ? 2 : 3);
    assert.equal(bondsOf(a.pid), FREE);
  });

  spec(`${name}: giving up what is unknown, somebody else's, over or one's own changes nothing`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    let ofA = 0;
    a.do((self) => {
      self.demonitor(4711);
      self.demonitor("plutt" as never);
      const own = self.monitor(self.pid);
      self.demonitor(own);
      self.demonitor(own);
      ofA = self.monitor(place.across(b.pid));
    });
    b.do((self) => self.demonitor(ofA));
    assert.is(bondsOf(b.pid).watchers, 1);
    b.do((self) => self.kill(self.pid));
    assert.equal(a.heard, ["down killed"]);
    a.do((self) => self.demonitor(ofA));
    assert.equal(a.heard, ["down killed"]);
  });

  spec(`${name}: of processes that end while they are watched and given up, no down is left`, () => {
    const place = make();
    const a = hands(place, "here");
    const refs: number[] = [];
    for (let n = 0; n < 100; n++) {
      const brief = place.there.spawn(function* brief(self: Self) {
        if (n % 3 > 0) yield* self.sleep(n % 3);
      }, []);
      a.do((self) => refs.push(self.monitor(place.across(brief))));
    }
    a.do((self) => {
      for (const ref of refs) self.demonitor(ref);
    });
    const before = a.heard.length;
    place.pass(10);
    assert.is(a.heard.length, before);
    assert.equal(bondsOf(a.pid), FREE);
  });

  spec(`${name}: the lists of both sides are clean after demonitor, after either end`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    let ref = 0;
    a.do((self) => (ref = self.monitor(place.across(b.pid))));
    assert.equal([bondsOf(a.pid).watching, bondsOf(b.pid).watchers], [1, 1]);
    a.do((self) => self.demonitor(ref));
    assert.equal([bondsOf(a.pid), bondsOf(b.pid)], [FREE, FREE]);
    b.do((self) => self.monitor(place.across(a.pid)));
    assert.is(bondsOf(a.pid).watchers, 1);
    b.do((self) => self.kill(self.pid));
    assert.equal(bondsOf(a.pid), FREE);
  });

  spec(`${name}: the down comes after everything that was sent, to the process or to its name`, () => {
    const place = make();
    const seen: unknown[] = [];
    const reader = place.here.spawn(function* reader(self: Self<unknown>) {
      self.register("tester");
      for (;;) {
        const message = yield* self.receive();
        seen.push(typeof message === "number" ? message : "down");
      }
    }, []);
    place.settle();
    // Names are the registry's: these two cells have none in common.
    if (name === "between cells") place.there.names.added("tester", place.across(reader));
    const sender = place.there.spawn(function* sender(self: Self<unknown>) {
      yield* self.receive();
      for (let n = 0; n < 200; n++) self.send(n % 3 === 0 ? "tester" : place.across(reader), n);
    }, []);
    const watch = hands(place, "here");
    watch.do(() => place.here.monitor(processOf(reader)!, place.across(sender)));
    place.there.post(sender, "go");
    place.settle();
    assert.equal(seen, [...Array(200).keys(), "down"]);
  });

  spec(`${name}: a large reason arrives whole, by links and by monitors`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there", false)];
    const large = "x".repeat(1 << 17);
    a.do((self) => {
      self.monitor(place.across(b.pid));
      self.link(place.across(b.pid));
    });
    b.do(() => raise(large));
    assert.equal(
      a.heard.toSorted().map((line) => [line.length, line.slice(0, 14)]),
      [
        [large.length + 12, "down Error: xx"],
        [large.length + 12, "exit Error: xx"],
      ],
    );
  });

  spec(`${name}: what comes by the alias of a monitor that was given up is dropped and counted`, () => {
    const place = make();
    const [a, b] = [hands(place, "here"), hands(place, "there", false)];
    let alias = 0;
    a.do((self) => {
      self.monitor(place.across(b.pid));
      alias = self.monitor(place.across(b.pid));
      self.demonitor(alias);
    });
    b.do((self) => {
      self.send(place.across(a.pid), "by alias", { alias });
      self.exit(self.pid, "normal");
    });
    assert.equal(a.heard, ["down normal"], "nothing by the alias, and no down for it");
    assert.is(place.here.counts.late, 1);
  });

  spec(`${name}: given up after its down or its reply, a monitor stays what it is: over`, () => {
    const place = make();
    const a = hands(place, "here");
    const [b, c] = [hands(place, "there", false), hands(place, "there", false)];
    let [first, second] = [0, 0];
    a.do((self) => (first = self.monitor(place.across(b.pid))));
    b.do((self) => self.exit(self.pid, "normal"));
    a.do((self) => (second = self.monitor(place.across(c.pid))));
    c.do((self) => self.send(place.across(a.pid), "reply", { alias: second }));
    a.do((self) => {
      for (const ref of [first, first, second, second]) self.demonitor(ref);
    });
    c.do((self) => self.exit(self.pid, "normal"));
    assert.equal(a.heard, ["down normal", "reply"]);
  });
}

spec("a monitor of what is no pid is a defect of the caller and of nobody else", () => {
  for (const junk of [undefined, null, 1, "bingo", {}, [1]]) {
    const place = PLACES[0]!.make();
    const a = hands(place, "here");
    a.do((self) => {
      assert.throws(() => self.monitor(junk as never), TypeError as never);
      assert.throws(() => self.link(junk as never), TypeError as never);
      assert.throws(() => self.exit(junk as never, "shutdown"), TypeError as never);
    });
    a.do((self) => self.exit(self.pid, "normal"));
    a.do((self) => self.kill(self.pid));
    assert.is(place.here.processCount, 0, `after ${JSON.stringify(junk)}`);
  }
});

spec("the name of a process is free when its down arrives", () => {
  const place = PLACES[0]!.make();
  const [a, b] = [hands(place, "here"), hands(place, "there", false)];
  b.do((self) => self.register("jeeves"));
  a.do((self) => self.monitor(self.whereis("jeeves")!));
  b.do(() => raise("bang"));
  assert.equal(a.heard, ["down Error: bang"]);
  a.do((self) => {
    assert.is(self.whereis("jeeves"), undefined);
    self.register("jeeves");
    self.unregister("jeeves");
  });
  assert.is(place.here.names.whereis("jeeves"), undefined);
});

spec(
  "given up before the end of the other cell, a monitor hears nothing of it; else the cell and its cause",
  () => {
    const place = twoCells();
    const [a, b] = [hands(place, "here"), hands(place, "there")];
    a.do((self) => {
      self.demonitor(self.monitor(place.across(b.pid)));
      self.monitor(place.across(b.pid));
    });
    place.endThere();
    assert.equal(a.heard, ["down cell c1: killed"]);
    a.do((self) => self.monitor(place.across(b.pid)));
    assert.equal(a.heard.slice(1), ["down noproc"]);
    assert.equal(bondsOf(a.pid), FREE);
  },
);

spec("the end of a watcher's cell leaves no watcher behind", () => {
  const place = twoCells();
  const [a, b] = [hands(place, "here"), hands(place, "there")];
  b.do((self) => {
    self.monitor(place.across(a.pid));
    self.monitor(place.across(a.pid));
  });
  assert.is(bondsOf(a.pid).watchers, 2);
  place.endThere();
  assert.equal(bondsOf(a.pid), FREE);
});

function raise(message: string): never {
  throw new Error(message);
}
