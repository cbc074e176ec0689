import { equal, is } from "uvu/assert";
import { LinkReport } from "../../../deploy/links/link-report.ts";
import { spec } from "../../harness/spec.ts";

const AT = "2026-11-26T10:00:00.000Z";

spec("a link is told when it comes and goes, with since when and why", () => {
  const report = new LinkReport(() => AT);
  equal(report.next([{ board: "shed", up: false, roundTripMs: null }]), {
    schema: 1,
    peers: { shed: { up: false, since: null, cause: null, roundTripMs: null } },
  });
  report.up("shed");
  equal(report.next([{ board: "shed", up: true, roundTripMs: 2.04 }])!.peers.shed, {
    up: true,
    since: AT,
    cause: null,
    roundTripMs: 2,
  });
  report.down("shed", "silent");
  equal(report.next([{ board: "shed", up: false, roundTripMs: null }])!.peers.shed, {
    up: false,
    since: AT,
    cause: "silent",
    roundTripMs: null,
  });
  is(report.next([{ board: "shed", up: false, roundTripMs: null }]), undefined);
});

spec("a round trip that wavers is no news, one that has changed is", () => {
  const report = new LinkReport(() => null);
  report.up("shed");
  const tell = (roundTripMs: number) =>
    report.next([{ board: "shed", up: true, roundTripMs }])?.peers.shed?.roundTripMs;
  equal([2, 2.4, 2.9, 1.1].map(tell), [2, undefined, undefined, undefined]);
  equal([3.1, 40, 55, 61, 39].map(tell), [3.1, 40, undefined, 61, 39]);
});

spec("all boards are in one document, by name", () => {
  const report = new LinkReport(() => null);
  const links = ["shed", "barn"].map((board) => ({ board, up: true, roundTripMs: 1 }));
  equal(Object.keys(report.next(links)!.peers), ["barn", "shed"]);
});
