import { equal, is, match } from "uvu/assert";
import { spec } from "../../harness/spec.ts";
import { checkHistory } from "./check.ts";
import type { Entry, Happening } from "./entry.ts";

const MS = 1000;
const TIMES = { leaseUs: 3000 * MS, lostUs: 2000 * MS, oldestUs: 2000 * MS, slackUs: 0 };
/** A talker of each board, and the boards in their lives. */
const [A, B, GREENHOUSE, PUMPHOUSE] = ["greenhouse#1/2", "pumphouse#1/3", "greenhouse#1", "pumphouse#1"];

type Line = readonly [ms: number, who: string, happening: Happening];

/** What is broken in it: rule and sufferer of each violation. */
function broken(lines: readonly Line[]): string[] {
  const quiet: Line = [60_000, "network", { what: "fault", text: "none" }];
  const entries = [...lines, quiet].map(
    ([ms, who, happening]): Entry => ({ atUs: ms * MS, who, ...happening }),
  );
  return checkHistory(entries, TIMES).map(({ rule, who }) => `${rule}: ${who}`);
}

const sent = (ms: number, n: number): Line => [ms, A, { what: "sent", to: B, n }];
const received = (ms: number, n: number): Line => [ms, B, { what: "received", from: A, n }];
const watched = (ms: number, who: string, of: string, ref = 1): Line => [
  ms,
  who,
  { what: "watched", of, ref },
];
const down = (ms: number, who: string, of: string, reason = "noconnection", ref = 1): Line => [
  ms,
  who,
  { what: "down", of, ref, reason },
];
const cut = (ms: number, who = PUMPHOUSE, peer = GREENHOUSE): Line => [
  ms,
  who,
  { what: "linkDown", peer, cause: "silent" },
];
const three = [sent(0, 1), sent(1, 2), sent(2, 3)];

spec("what arrives in order, each once and whole, breaks nothing", () => {
  equal(broken([...three, received(5, 1), received(6, 2), received(7, 3)]), []);
});

spec("a swapped order is found", () => {
  equal(broken([...three, received(5, 2), received(6, 1), received(7, 3)]), [`order: ${B}`]);
});

spec("what arrives twice is found, at once or later", () => {
  for (const again of [received(6, 1), received(9, 1)])
    equal(
      broken(
        [...three, received(5, 1), received(8, 2), received(8, 3), again].toSorted((x, y) => x[0] - y[0]),
      ),
      [`once: ${B}`],
    );
});

spec("what nobody sent is found", () => {
  equal(broken([sent(0, 1), received(5, 1), received(6, 2)]), [`invented message: ${B}`]);
});

spec(
  "a message that is missing is found, in the middle and at the end, unless somebody was told in time",
  () => {
    const middle = [...three, received(5, 1), received(9, 3)];
    const end = [...three, received(5, 1), received(6, 2)];
    equal(broken(middle), [`silent loss: ${B}`]);
    equal(broken(end), [`silent loss: ${B}`]);
    const told: Line = [20, B, { what: "lost", board: "greenhouse" }];
    equal(broken([...middle, told]), []);
    equal(broken([...end, told]), []);
    equal(
      broken([...middle, [20, B, { what: "lost", board: "shed" }]]),
      [`silent loss: ${B}`],
      "of another board",
    );
    equal(
      broken([[0, B, { what: "lost", board: "greenhouse" }], ...middle]),
      [`silent loss: ${B}`],
      "told before it",
    );
  },
);

spec("an end of the sender tells of a loss, soon after what followed at the latest", () => {
  const watch = [watched(0, B, A), cut(6)];
  const lines = [...three, ...watch, received(5, 1), received(9, 3)];
  equal(broken([...lines, down(10, B, A)]), []);
  equal(broken([...lines, down(5000, B, A)]), [`silent loss: ${B}`]);
  equal(broken([...three, watched(0, B, A), cut(1), down(1, B, A), received(5, 1), received(9, 3)]), [
    `silent loss: ${B}`,
  ]);
});

spec("an end of the receiver that its sender sees tells of what it sent before, and of nothing later", () => {
  const told = [watched(0, A, B), sent(1, 1), down(2, A, B), cut(2, GREENHOUSE, PUMPHOUSE)];
  equal(broken(told), []);
  equal(broken([...told, sent(3, 2)]), [`silent loss: ${B}`]);
});

spec("a message with a deadline may lapse in silence", () => {
  const [first, , third] = three;
  equal(
    broken([
      first!,
      [1, A, { what: "sent", to: B, n: 2, lapses: true }],
      third!,
      received(5, 1),
      received(9, 3),
    ]),
    [],
  );
});

spec("who is over needs no word", () => {
  equal(broken([...three, received(5, 1), [6, B, { what: "ended" }]]), []);
  equal(broken([...three, received(5, 1), [6, PUMPHOUSE, { what: "ended" }]]), []);
  equal(broken([...three, received(5, 1), [6, A, { what: "ended" }]]), [], "last words");
  equal(broken([...three, received(5, 1), received(6, 3), [6, A, { what: "ended" }]]), [`silent loss: ${B}`]);
});

spec("a monitor that fires twice, never, or without a cause is found", () => {
  const over: Line = [5, A, { what: "ended" }];
  equal(broken([watched(0, B, A), over, down(6, B, A, "done")]), []);
  equal(broken([watched(0, B, A), over, down(6, B, A, "done"), down(7, B, A, "done")]), [`down twice: ${B}`]);
  equal(broken([watched(0, B, A), over]), [`no down: ${B}`]);
  equal(broken([watched(0, B, A), cut(5)]), [`no down: ${B}`]);
  equal(broken([watched(6, B, A), cut(5)]), [], "a link that ended before");
  equal(broken([watched(0, B, A), over, [6, PUMPHOUSE, { what: "ended" }]]), [], "the watcher is over, too");
  equal(broken([watched(0, B, A), down(6, B, A)]), [`invented down: ${B}`]);
  equal(
    broken([watched(0, B, A), cut(5), down(6, B, A, "done")]),
    [`invented down: ${B}`],
    "a cut is no end",
  );
  equal(broken([over, down(6, B, A)]), [`invented down: ${B}`], "nobody watched");
});

spec("a link that fires twice, never, or without a cause is found, on both sides", () => {
  const over: Line = [5, A, { what: "ended" }];
  const exit = (ms: number, who: string, from: string, reason = "done"): Line => [
    ms,
    who,
    { what: "exit", from, reason },
  ];
  const linked: Line = [0, B, { what: "linked", to: A }];
  equal(broken([linked, over, exit(6, B, A)]), []);
  equal(broken([linked, over, exit(6, B, A), exit(7, B, A)]), [`exit twice: ${B}`]);
  equal(broken([linked, over]), [`no exit: ${B}`]);
  equal(broken([linked, cut(5)]), [`no exit: ${B}`]);
  equal(broken([linked, exit(6, B, A)]), [`invented exit: ${B}`]);
  const tied: Line = [1, A, { what: "tied", to: B }];
  equal(broken([tied, [5, B, { what: "ended" }]]), [`no exit: ${A}`]);
  equal(broken([tied, [5, B, { what: "ended" }], exit(6, A, B)]), []);
});

spec("an output that stays on after its lease, and one that obeys an old order, are found", () => {
  const order = (ms: number, n: number): Line => [ms, A, { what: "sent", to: B, n }];
  const renewed = (ms: number, n: number): Line[] => [
    [ms, B, { what: "received", from: A, n }],
    [ms, B, { what: "renewed", by: A, n }],
  ];
  const off = (ms: number): Line => [ms, B, { what: "off", why: "expired" }];
  const one = [order(0, 1), ...renewed(1, 1)];
  equal(broken([...one, off(3001)]), []);
  equal(broken([...one, off(3002)]), [`lease not expired: ${B}`]);
  equal(broken(one), [`lease not expired: ${B}`], "never off");
  equal(broken([...one, [5, B, { what: "ended" }]]), [], "with its process the output is gone");
  equal(broken([order(0, 1), order(2500, 2), ...renewed(1, 1), ...renewed(2501, 2), off(5501)]), []);
  equal(broken([order(0, 1), ...renewed(2001, 1), off(2002)]), [`old order obeyed: ${B}`]);
  const stopped: Line[] = [
    [10, PUMPHOUSE, { what: "stopped" }],
    [5010, PUMPHOUSE, { what: "continued" }],
  ];
  equal(broken([...one, ...stopped, off(5011)]), [], "while it stood still nobody could");
});

spec("a violation is a sentence that names who, what and when, and the oldest comes first", () => {
  const quiet: Line = [60_000, "network", { what: "fault", text: "none" }];
  const entries = [...three, received(5, 2), received(6, 1), quiet].map(
    ([ms, who, happening]): Entry => ({ atUs: ms * MS, who, ...happening }),
  );
  const [first, second, ...more] = checkHistory(entries, TIMES);
  is(more.length, 0);
  match(first!.text, /^3 of greenhouse#1\/2 to pumphouse#1\/3 did not come, and nobody was told$/);
  match(second!.text, /^pumphouse#1\/3 received 1 of greenhouse#1\/2 after 2$/);
});
