import * as assert from "uvu/assert";
import { type OffenceEvent, Offences, offenceWords } from "../../../deploy/links/offences.ts";
import { spec } from "../../harness/spec.ts";

function offences(): { told: OffenceEvent[]; made: Offences; pass: (s: number) => void } {
  const told: OffenceEvent[] = [];
  let nowUs = 0;
  const made = new Offences(
    () => nowUs,
    (event) => told.push(event),
  );
  const pass = (s: number) => {
    nowUs += s * 1e6;
  };
  return { told, made, pass };
}

spec("each is counted; five of a kind are told at once, then one in ten seconds with those before it", () => {
  const { told, made, pass } = offences();
  for (let n = 0; n < 100; n++) made.add("notGiven", "shed", offenceWords("shed", "notGiven"));
  assert.is(told.length, 5);
  // Another kind is told all the same.
  made.add("notAllowed", "office", "office may not command pump", { device: "pump" });
  const event = { kind: "refused", by: "links", what: "notAllowed", peer: "office", device: "pump" };
  assert.equal(told.at(-1), { ...event, reason: "office may not command pump" });
  pass(9);
  made.add("notGiven", "shed", "x");
  assert.is(told.length, 6);
  pass(1);
  made.add("notGiven", "shed", "x");
  assert.is(told.at(-1)?.untold, 96);
  pass(10);
  made.add("notGiven", "shed", "x");
  assert.is(told.at(-1)?.untold, undefined);
  assert.equal(made.counts, { notItself: 0, notGiven: 103, notShared: 0, notAllowed: 1, tooMany: 0 });
});

spec("what another board says takes a bounded place in the event", () => {
  const { told, made } = offences();
  made.add("notShared", "shed", offenceWords("shed", "notShared", "g".repeat(100_000)));
  assert.is(told[0]?.reason.length, 300);
  const of = (group: string) => offenceWords("shed", "notShared", group);
  assert.match(
    of("pumps"),
    /^shed has group "pumps" in common with this board, and "groups" of "links" here/,
  );
});
