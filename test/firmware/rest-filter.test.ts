import { equal, is } from "uvu/assert";
import { RestFilter } from "../../firmware/guardian/rest-filter.ts";
import { spec } from "../harness/spec.ts";

/** A filter of 20 ms; the trace holds what came through, in ms. */
function bench() {
  const trace: string[] = [];
  const filter = new RestFilter(20_000, (level, atUs) => trace.push(`${level} at ${atUs / 1000}`));
  return {
    filter,
    edges: (...edges: readonly (readonly [level: 0 | 1, atMs: number])[]) => {
      for (const [level, atMs] of edges) filter.edge(level, atMs * 1000);
    },
    passed: (untilMs: number) => {
      filter.settle(untilMs * 1000);
      return trace.splice(0);
    },
  };
}

spec("a contact that bounces is one change, at the edge after which it was quiet", () => {
  const { edges, passed, filter } = bench();
  edges([1, 0], [0, 1], [1, 2], [0, 2.5], [1, 3]);
  is(filter.dueUs, 23_000);
  equal(passed(22.9), []);
  equal(passed(23), ["1 at 3"]);
  is(filter.dueUs, Infinity, "nothing left to say");
});

spec("a pulse shorter than the rest reaches nobody, one as long does", () => {
  const { edges, passed } = bench();
  edges([1, 0], [0, 19.999]);
  equal(passed(100), []);
  edges([1, 200], [0, 220]);
  equal(passed(300), ["1 at 200", "0 at 220"]);
});

spec("edges that are looked at late are judged by their own time", () => {
  const { edges, passed } = bench();
  edges([1, 0], [0, 50], [1, 60], [0, 61], [1, 90], [0, 130]);
  equal(passed(1000), ["1 at 0", "0 at 61", "1 at 90", "0 at 130"]);
});

spec("the same level twice says that an edge was lost: the rest begins anew", () => {
  const { edges, passed } = bench();
  edges([1, 0], [1, 15]);
  equal(passed(34.9), []);
  equal(passed(35), ["1 at 15"]);
});

spec("a look gives the level that has rested, and finds a change that no edge told of", () => {
  const { filter, edges, passed } = bench();
  is(filter.look(0, 0), 0, "the first one is believed");
  edges([1, 10]);
  is(filter.look(1, 20_000), 0, "it has not rested");
  is(filter.look(1, 31_000), 1);
  equal(passed(40), ["1 at 10"]);
  is(filter.look(0, 50_000), 1);
  equal(passed(69.9), []);
  equal(passed(70), ["0 at 50"], "nothing else happened");
});
