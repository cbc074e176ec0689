/**
 * Worked examples of the literature. Where a source gives a verdict and parameters, those are its own; numbers marked
 * "by hand" are worked out here from its formula, step by step in the comment.
 */
import * as assert from "uvu/assert";
import { type EdfVerdict, testEdf } from "../../../../runtime/time/admission/edf-test.ts";
import { type Task, usePpm } from "../../../../runtime/time/admission/task.ts";
import { spec } from "../../../harness/spec.ts";

/** (C, D, T), run without a break unless slices are given. */
type Numbers = readonly [costUs: number, deadlineUs: number, periodUs: number];

function tasks(rows: readonly Numbers[], sliceUs?: number): Task[] {
  return rows.map(([runUs, deadlineUs, periodUs], index) => ({
    name: `t${index + 1}`,
    band: "normal",
    periodUs,
    deadlineUs,
    parts: [{ waitUs: 0, runUs }],
    ...(sliceUs !== undefined && { sliceUs }),
  }));
}

function verdict(rows: readonly Numbers[], sliceUs?: number): EdfVerdict {
  return testEdf({ tasks: tasks(rows, sliceUs), sliceUs: 0, pauses: [] });
}

/** Preemptive EDF is the case of slices of one tick: nobody who is started ever blocks. */
const PREEMPTIVE = 1;

spec(
  "Buttazzo, Hard Real-Time Computing Systems (3rd ed.), 4.6.1, Table 4.4: feasible with preemption",
  () => {
    // C, D, T = (2, 4, 6), (2, 5, 8), (3, 7, 9). The book: U = 11/12, L* = 25, H = 72, feasible.
    const rows: Numbers[] = [
      [2, 4, 6],
      [2, 5, 8],
      [3, 7, 9],
    ];
    const { refusal, tightest } = verdict(rows, PREEMPTIVE);
    assert.is(refusal, undefined);
    assert.is(Math.floor(usePpm({ tasks: tasks(rows), pauses: [] }) / 100), Math.floor((11 / 12) * 1e4));
    // By hand: dbf(4..25) at the deadlines 4, 5, 7, 10, 13, 16 is 2, 4, 7, 9, 11, 16: nothing to spare at 7 first.
    assert.equal(tightest, { lengthUs: 7, demandUs: 7 });
  },
);

spec("Buttazzo's Table 4.4 without preemption: the longest job blocks the shortest deadline too long", () => {
  // By hand, George et al.: at t = 4, dbf = 2 and blocking max(C of D > 4) - 1 = 3 - 1: 4 <= 4, fits. At t = 5:
  // dbf = 2 + 2, blocking 3 - 1 (D = 7 > 5): 6 > 5.
  const { refusal } = verdict([
    [2, 4, 6],
    [2, 5, 8],
    [3, 7, 9],
  ]);
  assert.ok(refusal?.why === "demand");
  assert.equal([refusal.lengthUs, refusal.demandUs], [5, 6]);
});

spec("Baruah, Rosier, Howell 1990: U < 1 does not suffice with deadlines before periods", () => {
  // By hand from dbf(t) = sum floor((t - D) / T) + 1) C: (3, 4, 8), (3, 5, 8): U = 6/8, but dbf(5) = 6 > 5.
  const { refusal } = verdict(
    [
      [3, 4, 8],
      [3, 5, 8],
    ],
    PREEMPTIVE,
  );
  assert.ok(refusal?.why === "demand");
  assert.equal([refusal.lengthUs, refusal.demandUs], [5, 6]);
  // One tick more for the second: dbf(6) = 6.
  const later: Numbers[] = [
    [3, 4, 8],
    [3, 6, 8],
  ];
  assert.is(verdict(later, PREEMPTIVE).refusal, undefined);
});

spec("Liu, Layland 1973: with preemption and deadlines equal to periods, U = 1 is feasible", () => {
  const full: Numbers[] = [
    [1, 2, 2],
    [1, 4, 4],
    [2, 8, 8],
  ];
  assert.is(verdict(full, PREEMPTIVE).refusal, undefined);
  assert.is(verdict([...full, [1, 1000, 1000]], PREEMPTIVE).refusal === undefined, false);
});

spec(
  "Jeffay, Stanat, Martel 1991, condition 2: the course example A(6, 1), B(4, 1), C(10, 4.5) is refused",
  () => {
    // Given as (period, cost) in the exercise to the paper; here in half units. Condition 2 for C, 8 < L < 20:
    // L >= 9 + floor((L - 1) / 8) 2 + floor((L - 1) / 12) 2 fails at L = 9: 9 < 11. In our words at t = 8: the jobs
    // of B due by 8 take 2, C may have begun just before and takes 9 - 1 more: 10 > 8.
    const { refusal } = verdict([
      [2, 12, 12],
      [2, 8, 8],
      [9, 20, 20],
    ]);
    assert.ok(refusal?.why === "demand");
    assert.equal([refusal.lengthUs, refusal.demandUs, refusal.task.name], [8, 10, "t2"]);
  },
);

spec("Jeffay, Stanat, Martel 1991, condition 2: it holds with equality, and one tick more breaks it", () => {
  // By hand: (C, T) = (1, 3), (2, 5), (2, 9): U = 43/45. For (2, 9), 3 < L < 9: L >= 2 + floor((L - 1) / 3) +
  // 2 floor((L - 1) / 5): L = 4: 3, L = 6: 5, L = 7: 6, L = 8: 6: holds. For (2, 5), L = 4: 3: holds.
  const holds: Numbers[] = [
    [1, 3, 3],
    [2, 5, 5],
    [2, 9, 9],
  ];
  assert.is(verdict(holds).refusal, undefined);
  // With C = 4 for the last: U = 53/45 is too much; with (4, 18), U = 43/45 again, and L = 4: 4 + 1 > 4.
  const breaks: Numbers[] = [
    [1, 3, 3],
    [2, 5, 5],
    [4, 18, 18],
  ];
  const { refusal } = verdict(breaks);
  assert.ok(refusal?.why === "demand");
});

spec(
  "Lee, Chwa, et al. 2020 (Symmetry 12, 172), Example 1: (24, 102), (17, 33) misses without preemption",
  () => {
    // Their schedule: the long job runs 0..24, the short one released at 6 had to begin by 22. By hand: at t = 33,
    // 17 + (24 - 1) = 40 > 33. With preemption there is no trouble.
    const rows: Numbers[] = [
      [24, 102, 102],
      [17, 33, 33],
    ];
    const { refusal } = verdict(rows);
    assert.ok(refusal?.why === "demand");
    assert.equal([refusal.lengthUs, refusal.demandUs], [33, 40]);
    assert.is(verdict(rows, PREEMPTIVE).refusal, undefined);
  },
);

spec("Bozhko, Brandenburg 2020 (ECRTS): response times of non-preemptive EDF with equal deadlines", () => {
  // An example of the analysis that comes with the paper: (C, T) = (79, 120), (11, 34), (1, 190), all due after 100:
  // each may take 91. Here D <= T is asked for, so 11 comes every 100 at most; one of each still makes 91.
  const { refusal, responseUs } = verdict([
    [79, 100, 120],
    [11, 100, 100],
    [1, 100, 190],
  ]);
  assert.is(refusal, undefined);
  assert.equal([...responseUs.values()], [91, 91, 91]);
});
