/** One board of the benchmark of calls: a process of its own, as a board's runtime is, told by its parent what to start. */
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { OutsidePlan } from "../../end-to-end/outside-link.ts";
import { BENCH, type BenchResult } from "./call-bodies.ts";

/** Parent to board. */
export type ToBoard =
  /** A body of `call-bodies.ts`; `inLink`: not in a cell of its own, but in the one that speaks with other boards. */
  | {
      readonly type: "start";
      readonly name: string;
      readonly body: string;
      readonly args: readonly unknown[];
      readonly inLink: boolean;
    }
  | { readonly type: "end"; readonly name: string };

const LINK = new URL("../../end-to-end/outside-link.js", import.meta.url).href;
const BODIES = new URL("./call-bodies.js", import.meta.url).href;
const LINK_CELL = "link";

const [board = "", url = ""] = process.argv.slice(2);
const kernel = new ThreadKernel({ board, clock: new SystemClock() });
const data: OutsidePlan = { board, url, life: 1, heartbeatMs: 2000, lostMs: 7000 };
kernel.startCell({
  name: LINK_CELL,
  loop: "event",
  body: { module: LINK, name: "outsideCell" },
  setup: { module: LINK, name: "outsideSetup", data },
  args: [],
});
kernel.cell.spawn(function* (self: Self<BenchResult>): ProcessGenerator {
  self.register(BENCH);
  for (;;) {
    const result = yield* self.receive();
    if ("times" in result || "poured" in result) process.send!(result);
  }
}, []);

process.on("message", (order: ToBoard) => {
  if (order.type === "end") {
    kernel.endCell(order.name, 1, "killed");
    return;
  }
  const { name, body, args, inLink } = order;
  if (!inLink) kernel.startCell({ name, body: { module: BODIES, name: body }, args });
  else
    kernel.cell.spawn(function* (self: Self): ProcessGenerator {
      yield* self.spawnIn(LINK_CELL, { module: BODIES, name: body }, args, { label: name });
    }, []);
  kernel.cell.post(BENCH, {});
});
process.on("disconnect", () => process.exit());
