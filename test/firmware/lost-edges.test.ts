import { equal, is } from "uvu/assert";
import { LostEdges } from "../../firmware/guardian/lost-edges.ts";
import { spec } from "../harness/spec.ts";

spec("lost edges are told at once, then once a second and line, none forgotten", () => {
  const lost = new LostEdges();
  equal(lost.count("GPIO5", 3, 0), { kind: "edgesLost", line: "GPIO5", count: 3, atUs: 0 });
  is(lost.count("GPIO5", 4, 500_000), undefined);
  is(lost.count("GPIO6", 1, 500_000)?.kind, "edgesLost", "another line has its own second");
  is(lost.count("GPIO5", 5, 999_999), undefined);
  equal(lost.count("GPIO5", 6, 1_000_000), { kind: "edgesLost", line: "GPIO5", count: 15, atUs: 1_000_000 });
});
