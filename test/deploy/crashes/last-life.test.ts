import { equal, is } from "uvu/assert";
import { lastEndStatus, lastLife } from "../../../deploy/crashes/last-life.ts";
import { spec } from "../../harness/spec.ts";
import { begin, crash, LIFE } from "./a-crash.ts";

const same = { bootId: "boot-1", guardian: 100 };
const endMark = { kind: "end" as const, life: LIFE.life, n: 9, at: null };

spec("a board that was never there, and one that was ended in order, have nothing to tell", () => {
  is(lastLife([], same), undefined);
  is(lastLife([begin(), crash(2), endMark], same), undefined);
});

spec("another runtime of the same guardian tells how the one before ended, and what crashed in it", () => {
  const end = { code: null, signal: "SIGKILL", by: "pet" };
  const last = lastLife([begin({ life: "older" }), begin(), crash(2), crash(3)], same, { end });
  equal(last, {
    what: "runtime",
    cause: "the runtime ended (SIGKILL; seen first: its watchdog thread fell silent)",
    count: 2,
    crashes: [
      { at: null, kind: "crash", device: "climate", cause: "RangeError: 2" },
      { at: null, kind: "crash", device: "climate", cause: "RangeError: 3" },
    ],
  });
  equal(lastEndStatus(last), { lastEnd: { what: last!.what, cause: last!.cause, crashes: 2 } });
});

spec("another guardian in the same boot tells that the guardian ended", () => {
  const last = lastLife([begin()], { ...same, guardian: 101 });
  equal(last, {
    what: "guardian",
    cause: "the guardian ended, and the runtime with it",
    count: 0,
    crashes: [],
  });
});

spec("another boot tells that the machine went down, and why as far as anything tells", () => {
  const cause = (boot?: string) =>
    lastLife([begin()], { ...same, bootId: "boot-2" }, boot === undefined ? {} : { boot })?.cause;
  is(cause("watchdog"), "the machine went down without an end: its watchdog reset it");
  is(cause("unclear"), "the machine went down without an end: nothing tells why");
  is(cause(), "the machine went down without an end: nothing tells why");
});

spec("of many crashes the last five are told, and all are counted", () => {
  const last = lastLife([begin(), ...[2, 3, 4, 5, 6, 7, 8].map((n) => crash(n))], same)!;
  is(last.count, 7);
  equal(
    last.crashes.map(({ cause }) => cause),
    [4, 5, 6, 7, 8].map((n) => `RangeError: ${n}`),
  );
});
