/**
 * Random stories against a model of SAFETY.md that was written from its sentences. After every step and at every moment
 * at which something is due, each output is where the law has it; each request gets the law's verdict.
 */
import fc from "fast-check";
import { ok } from "uvu/assert";
import { propertyLimitMs, propertyRuns } from "../harness/property-runs.ts";
import { spec } from "../harness/spec.ts";
import { story } from "./policy/steps.ts";
import { Story } from "./policy/story.ts";

spec(
  "no story leaves an output outside its policy",
  () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(story, (steps) => {
        const told = new Story();
        for (const step of steps) told.step(step);
        for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
        for (const event of told.board.events) {
          const [kind = ""] = event.split(" ");
          counts.set(kind, (counts.get(kind) ?? 0) + 1);
        }
      }),
      propertyRuns(400),
    );
    if (process.env.POLICY_COUNTS) console.log(Object.fromEntries(counts));
    // Otherwise the stories are too tame to show anything.
    const verdicts = [
      "ok",
      "fenced",
      "not_owner",
      "min_off",
      "max_on",
      "interlock",
      "switching",
      "read_back",
    ];
    // What a random story found: a borrower that ended left its lender a level which that had never written.
    const left = new Story();
    for (const step of [
      { do: "grant", slot: 0, lines: ["GPIO24"] },
      { do: "grant", slot: 1, lines: [] },
      { do: "transfer", from: 0, to: 1, lend: true },
      { do: "write", slot: 1, line: "GPIO24", late: false, own: true, level: 1 },
      { do: "fence", slot: 1 },
      { do: "renew", slot: 0, line: "GPIO24" },
    ] as const)
      left.step(step);
    ok(left.counts.has("renew refused"));
    const events = ["leaseExpired", "maxOn", "holdEnded", "gaveWay", "unsafe", "railOff"];
    for (const what of [...verdicts.map((verdict) => `write ${verdict}`), ...events, "lent", "transferred"])
      ok(counts.has(what), `"${what}" never happened`);
  },
  propertyLimitMs(60_000),
);
