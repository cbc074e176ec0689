/** Whatever happens to a ladder, in whatever order: what must never be. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { Ladder, type Step } from "../../../devices/handler/ladder.ts";
import { freshLadder, resumedLadder } from "../../../devices/handler/ladder-state.ts";
import { MODES, type Mode, type ModeOrder } from "../../../devices/handler/mode.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { handRule, nak } from "./hand-ladder.ts";

type Happening =
  | { readonly kind: "good" | "fault" | "miss" | "crash" | "expire" | "death" | "reboot" }
  | { readonly kind: "order"; readonly mode: ModeOrder; readonly forMs: number }
  | { readonly kind: "rely"; readonly mode: Mode };

const simple = (
  weight: number,
  kind: "good" | "fault" | "miss" | "crash" | "expire" | "death" | "reboot",
) => ({
  weight,
  arbitrary: fc.constant<Happening>({ kind }),
});
const orders = fc
  .tuple(fc.constantFrom<ModeOrder[]>(...MODES, "auto"), fc.nat(30_000))
  .map(([mode, forMs]): Happening => ({ kind: "order", mode, forMs }));
const relied = fc.constantFrom<Mode[]>(...MODES).map((mode): Happening => ({ kind: "rely", mode }));
const happenings = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(20_000)),
    what: fc.oneof(
      simple(12, "good"),
      simple(6, "fault"),
      simple(2, "miss"),
      simple(4, "crash"),
      simple(4, "expire"),
      simple(1, "death"),
      simple(1, "reboot"),
      { weight: 3, arbitrary: orders },
      { weight: 2, arbitrary: relied },
    ),
  }),
  { minLength: 1, maxLength: 120, size: "max" },
);

/** What an onlooker who knows nothing of ladders has to keep in mind. */
interface Onlooker {
  /** Last moment that something was wrong, or that it moved. */
  troubledUs: number;
  bound: { mode: Mode; untilUs: number } | undefined;
  held: boolean;
  /** An early step that was not followed by a fall or a proof. */
  early: boolean;
}

const place = (mode: Mode) => MODES.indexOf(mode);

spec(
  "it never climbs before its probation, over an order or a dependency, nor two rungs at once",
  () => {
    let climbs = 0;
    const property = fc.property(happenings, fc.constantFrom(1, 4, 16), (story, backoff) => {
      let ladder = new Ladder(handRule, { ...freshLadder(handRule), backoff });
      const seen: Onlooker = { troubledUs: 0, bound: undefined, held: false, early: false };
      let nowUs = 0;
      for (const { afterMs, what } of story) {
        nowUs += afterMs * 1000;
        const before = ladder.mode;
        const probationUs = ladder.probationMs * 1000;
        const { step, refused } = happen(ladder, what, nowUs);
        if (what.kind === "death" || what.kind === "reboot") {
          ladder = new Ladder(handRule, resumedLadder(ladder.state, handRule, what.kind === "death"));
          if (what.kind === "reboot") Object.assign(seen, { bound: undefined, early: false });
          Object.assign(seen, { troubledUs: nowUs, held: false });
          assert.ok(ladder.mode === before || (before === "off" && ladder.mode === "safe"));
          continue;
        }
        assert.is(step?.from ?? before, before);
        assert.is(step?.to ?? before, ladder.mode, "each change is a step, and each step a change");
        if (step !== undefined) assert.is.not(step.from, step.to);
        if (seen.bound !== undefined && seen.bound.untilUs <= nowUs && what.kind === "expire")
          seen.bound = undefined;
        if (what.kind === "order" && refused === undefined)
          seen.bound = boundOf(what.mode, nowUs + what.forMs * 1000);
        if (what.kind === "rely") seen.held = place(what.mode) >= place("safe");
        if (step !== undefined && place(step.to) < place(step.from)) {
          climbs++;
          checkClimb(step, what, seen, nowUs, probationUs);
        }
        const fell = step !== undefined && place(step.to) > place(step.from);
        if (fell) seen.early = false;
        if (step?.cause.kind === "probation") seen.early = false;
        if (step?.cause.kind === "operator" && !fell) seen.early = true;
        if (ladder.mode === "full" && !ladder.state.early) seen.early = false;
        if (seen.bound !== undefined && seen.bound.untilUs > nowUs)
          assert.ok(place(ladder.mode) >= place(seen.bound.mode), "an order bounds it");
        if (seen.held) assert.ok(place(ladder.mode) >= place("safe"), "a dependency holds it");
        if (what.kind === "fault" || what.kind === "miss")
          assert.is.not(before !== "off" && ladder.mode, "off");
        const { backoff, offMs } = ladder.state;
        assert.ok([1, 2, 4, 8, 16].includes(backoff), `back-off ${backoff}`);
        assert.ok(offMs >= 5000 && offMs <= 300_000);
        assert.is(ladder.reason === undefined, ladder.mode === "full", "below full service it says why");
        if (step !== undefined || ["fault", "miss", "crash"].includes(what.kind) || seen.held)
          seen.troubledUs = nowUs;
      }
    });
    fc.assert(property, propertyRuns(2000));
    assert.ok(climbs > 1000, `the stories are about something: ${climbs} climbs`);
  },
  propertyLimitMs(20_000),
);

function happen(
  ladder: Ladder,
  what: Happening,
  nowUs: number,
): { step?: Step | undefined; refused?: string } {
  const isOff = ladder.mode === "off";
  switch (what.kind) {
    case "good":
      return isOff ? {} : { step: ladder.good(nowUs) };
    case "fault":
      return isOff ? {} : { step: ladder.fault(nowUs, nak) };
    case "miss":
      return isOff ? {} : { step: ladder.descend(nowUs, { kind: "misses", missed: 2, of: 5 }) };
    case "crash":
      return isOff ? {} : { step: ladder.crashed(nowUs, { kind: "hung" }) };
    case "expire":
      return { step: ladder.expire(nowUs) };
    case "order":
      return ladder.take(
        { type: "operate", command: { values: {}, mode: what.mode, forMs: what.forMs } },
        nowUs,
      );
    case "rely":
      return ladder.take({ type: "rely", device: "sensor", mode: what.mode }, nowUs);
    default:
      return {};
  }
}

function boundOf(mode: ModeOrder, untilUs: number): Onlooker["bound"] {
  return mode === "auto" || mode === "full" ? undefined : { mode, untilUs };
}

function checkClimb(step: Step, what: Happening, seen: Onlooker, nowUs: number, probationUs: number): void {
  assert.is(place(step.from) - place(step.to), 1, "one rung at a time");
  switch (step.cause.kind) {
    case "probation":
      assert.is(what.kind, "good");
      assert.ok(nowUs - seen.troubledUs >= probationUs, "not before its probation");
      break;
    case "retry":
    case "operatorEnded":
      assert.is(step.from, "off");
      break;
    case "operator":
      assert.is(what.kind, "order");
      assert.not(seen.early, "one early step");
      break;
    default:
      assert.unreachable(`nothing climbs for ${step.cause.kind}`);
  }
}
