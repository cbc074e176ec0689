import { is } from "uvu/assert";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { spec } from "../../harness/spec.ts";

const code = "export function setup() { for (;;); } export function* body() {}";
const module = `data:text/javascript,${encodeURIComponent(code)}`;

spec("a cell that hangs before its first process runs is ended as hung", async (t) => {
  let ended: (cause: ExitReason) => void = () => {};
  const end = new Promise<ExitReason>((resolve) => {
    ended = resolve;
  });
  const kernel = new ThreadKernel({
    board: "b",
    clock: new SystemClock(),
    bootLimitMs: 50,
    hooks: { ended: (_, cause) => ended(cause) },
  });
  t.defer(() => kernel.stop());
  kernel.startCell({
    name: "stuck",
    body: { module, name: "body" },
    setup: { module, name: "setup" },
    args: [],
  });
  is(await end, "hung");
});
