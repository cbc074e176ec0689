import { equal, ok } from "uvu/assert";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { checkHistory } from "../history/check.ts";
import type { Entry } from "../history/entry.ts";
import { Storm, TIMES } from "./storm.ts";

spec(
  "whatever befalls three boards: order, once, whole, no silent loss, bonds fire once, leases end",
  () => {
    for (let seed = 1; seed <= propertyRuns(5).numRuns; seed++) {
      const violations = checkHistory(new Storm(seed).rage(60), TIMES);
      equal(violations.map(({ text }) => text).slice(0, 5), [], `seed ${seed}`);
    }
  },
  propertyLimitMs(60_000),
);

spec("the same seed makes the same history", () => {
  const [one, other] = [new Storm(5).rage(20), new Storm(5).rage(20)];
  ok(one.length > 500, `${one.length} entries`);
  equal(one, other);
});

/** A whole history in which one thing is changed, and the rule that this breaks. */
const DAMAGE: readonly (readonly [rule: string, (history: Entry[]) => Entry[]])[] = [
  ["once", (history) => twice(history, nth(history, "received", 100))],
  ["order", (history) => swapped(history)],
  ["invented message", (history) => without(history, nth(history, "sent", 100))],
  ["down twice", (history) => twice(history, nth(history, "down", 3))],
  ["no down", (history) => without(history, nth(history, "down", 3))],
  ["invented down", (history) => without(history, watchOf(history, nth(history, "down", 3)))],
  ["exit twice", (history) => twice(history, nth(history, "exit", 2))],
  ["no exit", (history) => without(history, nth(history, "exit", 2))],
  ["lease not expired", (history) => history.filter(({ what }) => what !== "off")],
];

spec("a history with anything wrong in it does not pass", () => {
  const history = [...new Storm(2).rage(60)];
  for (const [rule, damage] of DAMAGE) {
    const found = checkHistory(damage(history), TIMES).map((violation) => violation.rule as string);
    ok(found.includes(rule), `${rule}: ${found}`);
  }
});

spec("of a history without faults no word can be taken out unseen", () => {
  const history = new Storm(2).calm(15);
  equal(checkHistory(history, TIMES), []);
  // Orders lapse, and the last words of who is over are its own affair.
  const passed = new Set(
    history.flatMap((entry) =>
      entry.what === "ended" || (entry.what === "sent" && entry.lapses) ? [entry.who] : [],
    ),
  );
  const latestUs = history.at(-1)!.atUs - 5_000_000;
  let tried = 0;
  for (const [at, entry] of history.entries()) {
    if (entry.what !== "received" || entry.atUs > latestUs) continue;
    if (passed.has(entry.from) || passed.has(entry.who) || tried++ % 7 > 0) continue;
    equal(
      checkHistory(without(history, at), TIMES).map(({ rule }) => rule),
      ["silent loss"],
      `entry ${at}`,
    );
  }
  ok(tried > 150, `${tried} tried`);
});

function nth(history: readonly Entry[], what: Entry["what"], n: number): number {
  const found = [...history.keys()].filter((at) => history[at]!.what === what)[n];
  if (found === undefined) throw new Error(`fewer than ${n} are ${what}`);
  return found;
}

/** Where the monitor was set that fired at `at`. */
function watchOf(history: readonly Entry[], at: number): number {
  const { who, ref } = history[at] as Extract<Entry, { what: "down" }>;
  return history.findIndex((entry) => entry.what === "watched" && entry.who === who && entry.ref === ref);
}

function twice(history: readonly Entry[], at: number): Entry[] {
  return history.toSpliced(at, 0, history[at]!);
}

function without(history: readonly Entry[], at: number): Entry[] {
  return history.toSpliced(at, 1);
}

/** Two words of one pair, one after the other. */
function swapped(history: readonly Entry[]): Entry[] {
  const at = nth(history, "received", 100);
  const first = history[at]! as Extract<Entry, { what: "received" }>;
  const next = history.findIndex(
    (entry, index) =>
      index > at && entry.what === "received" && entry.who === first.who && entry.from === first.from,
  );
  return history.with(at, history[next]!).with(next, first);
}
