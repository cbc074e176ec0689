import { equal, is, throws } from "uvu/assert";
import { OfferView } from "../../../deploy/cli/offer-view.ts";
import { spec } from "../../harness/spec.ts";

const RELEASE = "ab".repeat(16);
const online = (update: object | undefined, nonce = "1") => ({
  state: "online",
  offers: { nonce, ways: ["http", "mqtt"] },
  ...(update && { update }),
});
const told = (id: string, state: string, more: object = {}) => ({
  id,
  state,
  release: RELEASE,
  reason: "",
  ...more,
});

/** Of a board with this status before the offer; prints nothing. */
function view(before: object = online(undefined)) {
  const one = new OfferView(true, "greenhouse", RELEASE, before as Record<string, unknown>);
  one.say = () => {};
  return one;
}

spec(
  "what a board said of the release before the offer is of an earlier one, however often it says it",
  () => {
    const old = online(told("1", "reverted"));
    const one = view(old);
    is(one.status(old), undefined);
    is(one.isTaken, false);
    is(one.event({ kind: "update", state: "offered", release: RELEASE }), undefined);
    is(one.isTaken, true);
    is(one.status(online(told("2", "trial"))), undefined);
    equal(one.status(online(told("3", "confirmed"))), { end: "confirmed" });
  },
);

spec("what is told as event and in the status counts once", () => {
  const one = view();
  equal(one.event({ kind: "update", ...told("1", "failed", { code: "interrupted", reason: "power" }) }), {
    again: "power",
  });
  is(one.isTaken, false);
  is(one.status(online(told("1", "failed", { code: "interrupted" }))), undefined);
  equal(one.status(online(told("2", "failed", { code: "interrupted", reason: "power" }))), {
    again: "power",
  });
});

spec("a board that was away when it was offered gets it once it is there, with its new number", () => {
  const one = view({ state: "offline" });
  is(one.isAway, true);
  is(one.nonce, undefined);
  equal(one.status(online(undefined, "2")), { again: "it was away" });
  is(one.nonce, "2");
});

spec("a board that goes away with the release is not offered it again: it is being tried", () => {
  const one = view();
  is(one.status(online(told("1", "written"))), undefined);
  is(one.status({ state: "offline" }), undefined);
  is(one.isAway, true);
  is(one.status(online(undefined, "2")), undefined);
  equal(one.event({ kind: "update", ...told("2", "reverted") }), { end: "reverted" });
});

spec("refused, failed for good, and answered otherwise than with an old number is the end", () => {
  const exits = (run: () => unknown, exitCode: number) =>
    throws(run, (error: { exitCode?: number }) => error.exitCode === exitCode);
  exits(() => view().status(online(told("1", "refused", { reason: "older" }))), 3);
  exits(() => view().event({ kind: "update", ...told("1", "failed", { code: "damaged" }) }), 1);
  exits(() => view().answer({ command: null, reason: "no room" }), 3);
  equal(
    view().answer({ command: { release: RELEASE }, reason: "its nonce is not the board's present one" }),
    {
      again: "its nonce is not the board's present one",
    },
  );
});

spec("what the board says of another release, or of a command, is nobody's business here", () => {
  const one = view();
  is(one.answer({ command: { release: "cd".repeat(16) }, reason: "no room" }), undefined);
  is(one.status(online(told("1", "failed", { release: "cd".repeat(16) }))), undefined);
  is(one.event({ kind: "crash", state: "failed", release: RELEASE }), undefined);
});
