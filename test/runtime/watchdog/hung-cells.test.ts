import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { Finding } from "../../../runtime/watchdog/finding.ts";
import { type Verdict, verdictOf } from "../../../runtime/watchdog/verdict.ts";
import { judgedBench } from "../../contracts/watched-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const clock = new SystemClock();
const module = new URL("./fixtures/hanging-bodies.js", import.meta.url).href;
/** Tries to hear from a thread on a machine that others use: one that gets no core is judged on its way, or cannot tell what kept it. */
const LIVES = 4;
const patience = { limitMs: 60_000 };
/** A machine that runs all tests at once answers late. */
const ASK_MS = 5000;

function hanging(body: string, rest: Partial<CellSpec> = {}): CellSpec {
  return { name: body, body: { module, name: body }, args: [], hangLimitUs: 300_000, ...rest };
}

function bench(t: SpecContext) {
  const log: string[] = [];
  const verdicts: Verdict[] = [];
  const all = judgedBench(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) }, ask);
  async function ask(finding: Finding) {
    const { cause, cell, incarnation } = finding;
    if (cause !== "hung" && cause !== "late") return;
    const foundUs = clock.now();
    const code = await all.kernel.interrupt(cell, incarnation, ASK_MS);
    verdicts.push(verdictOf({ ...finding, cause }, code, foundUs));
    all.kernel.endCell(cell, incarnation, cause);
  }
  /** Lives of a cell, which says `told` first, until the verdict on one is as it should be: which life that was, or the last one. */
  async function live(spec: CellSpec, told: string, isSo: (verdict: Verdict) => boolean): Promise<number> {
    for (let life = 1; ; life++) {
      all.kernel.startCell(spec);
      assert.equal(await all.next(), [told], log.join());
      await all.until(() => log.length === life);
      if (life === LIVES || isSo(verdicts.at(-1)!)) return life;
    }
  }
  return { ...all, log, verdicts, live };
}

for (const kind of ["thread", "child"] as const) {
  for (const [body, within] of [
    ["spins", /^at turnForEver .*hanging-bodies\.[jt]s:\d+/],
    ["backtracks", /^at RegExp\.test .*\nat matchBadly .*hanging-bodies\.[jt]s:\d+/],
    ["waits", /^at Atomics\.wait .*\nat waitForEver .*hanging-bodies\.[jt]s:\d+/],
  ] as const) {
    spec(
      `a ${kind} cell that ${body} for ever is found hung, with the place in its code, and ended`,
      async (t) => {
        const { live, log, verdicts } = bench(t);
        const life = await live(hanging(body, { kind }), body, ({ stack }) => within.test(stack ?? ""));
        assert.is(log.at(-1), `${body} ${life} ended: hung`);
        assert.is(verdicts.length, life);
        const { cause, stack, process } = verdicts.at(-1)!;
        assert.equal([cause, process], ["hung", 1]);
        assert.match(stack!, within);
        assert.not.match(
          stack!,
          /node:internal|<anonymous>:1/,
          "nothing of the question, nothing of Node's start",
        );
      },
      patience,
    );
  }
}

spec(
  "an event cell whose loop hangs outside any process is found late, with the place in its code",
  async (t) => {
    const { live, log, verdicts } = bench(t);
    const within = /^at (Timeout\.)?turnForEver /;
    const life = await live(hanging("hangsOutside", { loop: "event" }), "hangs outside", ({ stack }) =>
      within.test(stack ?? ""),
    );
    assert.is(log.at(-1), `hangsOutside ${life} ended: late`);
    assert.is(verdicts.at(-1)?.asleep, true);
    assert.match(verdicts.at(-1)!.stack!, within);
  },
  patience,
);

spec(
  "a cell that the collector kept past its hard deadline is not blamed on its code",
  async (t) => {
    const { live, verdicts } = bench(t);
    const args = [400_000, 200];
    await live(
      hanging("collects", { args, heapMb: 256 }),
      "collects",
      ({ collectorUs }) => collectorUs !== undefined,
    );
    const { cause, collectorUs = 0, lateUs } = verdicts.at(-1) as Verdict;
    assert.is(cause, "garbageCollection", JSON.stringify(verdicts));
    assert.ok(collectorUs > lateUs, `${collectorUs} us of collections, seen ${lateUs} us late`);
  },
  patience,
);

spec(
  "a thread that is asked goes on, and may be asked again; nobody is waited for who is not there",
  async (t) => {
    const { kernel, next, log } = bench(t);
    kernel.startCell(hanging("spins", { hangLimitUs: 60_000_000 }));
    assert.equal(await next(), ["spins"]);
    assert.is(await kernel.interrupt("spins", 7, 10), undefined, "there is no such life");
    assert.is(await kernel.interrupt("nobody", 1, 10), undefined, "there is no such cell");
    let asked = 0;
    for (let found = 0; found < 2; asked++) {
      const told = await kernel.interrupt("spins", 1, ASK_MS);
      if (/turnForEver/.test(told?.stack ?? "")) found++; // not so while it is on its way there
    }
    assert.ok(asked >= 2);
    assert.equal(log, [], "nobody was ended for it");
  },
  patience,
);
