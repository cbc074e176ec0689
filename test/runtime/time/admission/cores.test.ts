import fc from "fast-check";
import * as assert from "uvu/assert";
import { type Load, packCores } from "../../../../runtime/time/admission/cores.ts";
import { propertyRuns } from "../../../harness/property-runs.ts";
import { spec } from "../../../harness/spec.ts";

spec("the greatest load goes first, each onto the first core with room", () => {
  const { cores, left } = packCores(
    [
      { name: "small", usePpm: 200_000 },
      { name: "great", usePpm: 500_000 },
      { name: "middle", usePpm: 400_000 },
    ],
    2,
  );
  assert.equal(cores, [
    { core: 0, usePpm: 700_000, members: ["great", "small"] },
    { core: 1, usePpm: 400_000, members: ["middle"] },
  ]);
  assert.equal(left, []);
});

spec("what is bound to a core goes there before anybody else", () => {
  const { cores } = packCores(
    [
      { name: "free", usePpm: 700_000 },
      { name: "bound", usePpm: 300_000, core: 0 },
    ],
    2,
  );
  assert.equal(
    cores.map(({ members }) => members),
    [["bound"], ["free"]],
  );
});

spec("what has no room is left, with the most room that there was", () => {
  const { left } = packCores(
    [
      { name: "a", usePpm: 600_000 },
      { name: "b", usePpm: 500_000 },
      { name: "c", usePpm: 400_000 },
      { name: "elsewhere", usePpm: 1, core: 7 },
    ],
    2,
  );
  assert.equal(
    left.map(({ load, roomPpm }) => [load.name, roomPpm]),
    [
      ["elsewhere", 0],
      ["c", 300_000],
    ],
  );
});

spec("no core is used beyond the limit, nobody is lost, and the order of the loads does not matter", () => {
  const loads = fc
    .uniqueArray(fc.integer({ min: 1, max: 900_000 }), { maxLength: 12 })
    .map((uses): Load[] => uses.map((usePpm, index) => ({ name: `cell${index}`, usePpm })));
  fc.assert(
    fc.property(loads, fc.integer({ min: 1, max: 4 }), (given, count) => {
      const packing = packCores(given, count);
      for (const { usePpm } of packing.cores) assert.ok(usePpm <= 800_000);
      const names = [
        ...packing.cores.flatMap(({ members }) => members),
        ...packing.left.map(({ load }) => load.name),
      ];
      assert.equal(names.sort(), given.map(({ name }) => name).sort());
      assert.equal(packCores([...given].reverse(), count), packing);
    }),
    { seed: 4, ...propertyRuns(200) },
  );
});
