import fc from "fast-check";
import { equal, is, ok, throws } from "uvu/assert";
import {
  agreedLevels,
  type BootLevels,
  decodeLevels,
  encodeLevels,
  type LevelState,
  levelSteps,
} from "../../../firmware/board/level-sector.ts";
import { spec } from "../../harness/spec.ts";

const tables: fc.Arbitrary<BootLevels> = fc
  .dictionary(fc.nat(27).map(String), fc.constantFrom("op,dl", "op,dh", "ip,pu", "ip,pd", "ip,pn"), {
    maxKeys: 28,
  })
  .map((table) => new Map(Object.entries(table).map(([line, options]) => [Number(line), options])));
const states = fc.constantFrom<LevelState>("settled", "onTrial");

/** As a Pi's firmware reads it: a command or a comment a line. Throws for what is neither. */
function firmware(sector: Uint8Array): BootLevels {
  const levels = new Map<number, string>();
  for (const line of Buffer.from(sector).toString("latin1").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, number, options] = /^gpio=(\d+)=((?:op|ip),(?:dl|dh|pu|pd|pn))$/.exec(line) ?? [];
    if (number === undefined) throw new Error(`the firmware reads "${line}"`);
    levels.set(Number(number), options!);
  }
  return levels;
}

spec(
  "a table is 512 bytes whatever is in it, short lines of plain text, and reads as what it was made of",
  () => {
    fc.assert(
      fc.property(tables, states, (table, state) => {
        const sector = encodeLevels(table, state);
        is(sector.length, 512);
        const sorted = [...table].sort(([a], [b]) => a - b);
        equal([...firmware(sector)], sorted);
        equal([...decodeLevels(sector)!], sorted);
        ok(/^[\x20-\x7e\n]+\n$/.test(sector.toString("latin1")));
        ok(
          sector
            .toString("latin1")
            .split("\n")
            .every((line) => line.length < 80),
        );
      }),
      { numRuns: 100 },
    );
    is(decodeLevels(Buffer.from("gpio=17=op,dl\n")), undefined);
    is(decodeLevels(encodeLevels(new Map(), "settled").subarray(1)), undefined);
  },
);

spec("a power cut at any byte of any write leaves each line as before, as after, or to its resistor", () => {
  fc.assert(
    fc.property(tables, states, tables, states, (before, one, after, other) => {
      const [from, to] = [encodeLevels(before, one), encodeLevels(after, other)];
      const steps = levelSteps(from, to);
      let last: Buffer = from;
      for (const step of steps) {
        for (let cut = 0; cut <= 512; cut++) {
          const found = firmware(Buffer.concat([step.subarray(0, cut), last.subarray(cut)]));
          for (const [line, options] of found) {
            ok([before.get(line), after.get(line)].includes(options), `GPIO${line} ${options}`);
          }
          for (const [line, options] of before) {
            if (after.get(line) === options) is(found.get(line), options, "what stays is driven all along");
          }
        }
        last = step;
      }
      equal(last, steps.length === 0 ? from : to);
      equal(from.equals(to), steps.length === 0);
    }),
    { numRuns: 10 },
  );
});

spec("a level that flips is written in three steps, a state alone in one, and nothing in none", () => {
  const low = encodeLevels(new Map([[17, "op,dl"]]), "settled");
  const high = encodeLevels(new Map([[17, "op,dh"]]), "settled");
  const seen = levelSteps(low, high).map((step) => [...firmware(step)].join());
  equal(seen, ["", "", "17,op,dh"]);
  is(levelSteps(low, encodeLevels(new Map([[17, "op,dl"]]), "onTrial")).length, 1);
  equal(levelSteps(low, low), []);
});

spec("what two releases agree on is what both want, and what only one of them names", () => {
  const one = new Map([
    [4, "op,dl"],
    [17, "op,dl"],
    [22, "op,dh"],
    [23, "ip,pu"],
  ]);
  const other = new Map([
    [5, "op,dh"],
    [17, "op,dh"],
    [22, "op,dh"],
    [23, "op,dl"],
  ]);
  equal(
    [...agreedLevels(one, other)],
    [
      [4, "op,dl"],
      [5, "op,dh"],
      [22, "op,dh"],
    ],
  );
  equal(agreedLevels(one, other), agreedLevels(other, one));
});

spec("a line beyond the header is a defect of the caller", () => {
  throws(() => encodeLevels(new Map([[28, "op,dl"]]), "settled"), /GPIO28, op,dl/);
  throws(() => encodeLevels(new Map([[4, "op"]]), "settled"), /GPIO4, op/);
});
