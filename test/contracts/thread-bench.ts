/** The cells' contract with a thread or a process for each cell, on the machine's clock. */
import * as assert from "uvu/assert";
import type { CellSpec, Kernel } from "../../runtime/cell/kernel.ts";
import { ThreadKernel, type ThreadKernelOptions } from "../../runtime/cell/thread-kernel.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import type { SpecContext } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type BenchHooks, type CellBench, hooksOf, type MakeBench, reporter } from "./cells.ts";

/** How long "nothing happens" is looked at: enough to see what is on its way, no proof that it is not late. */
const QUIET_MS = 30;
const LIMIT_MS = 25_000;

/** `child`: a process for each cell; `mixed`: for every other. */
export function processBench(kind: "child" | "mixed"): MakeBench {
  return (t, hooks) => inProcesses(threadBench(t, hooks), kind);
}

/** The same bench, whose cells are started in processes of their own, or every other of them. */
export function inProcesses(bench: CellBench, kind: "child" | "mixed"): CellBench {
  const { kernel } = bench;
  let started = 0;
  const startCell = (spec: CellSpec) =>
    kernel.startCell({ kind: kind === "child" || started++ % 2 === 0 ? "child" : "thread", ...spec });
  const others: Omit<Kernel, "cell" | "startCell"> = {
    endCell: (...which) => kernel.endCell(...which),
    cells: () => kernel.cells(),
    changeCell: (...change) => kernel.changeCell(...change),
    passTrial: (name) => kernel.passTrial(name),
    rollBack: (name, why) => kernel.rollBack(name, why),
    ask: (...what) => kernel.ask(...what),
  };
  return { ...bench, kernel: { cell: kernel.cell, startCell, ...others } };
}

export function threadBench(
  t: SpecContext,
  hooks: BenchHooks,
  options: Partial<ThreadKernelOptions> = {},
): CellBench & { readonly kernel: ThreadKernel } {
  const clock = new SystemClock();
  const kernel = new ThreadKernel({ board: "bench", clock, hooks: hooksOf(hooks), ...options });
  t.defer(() => kernel.stop());
  const seen: string[] = [];
  let told = 0;
  const pid = kernel.cell.spawn(
    reporter((line) => seen.push(line)),
    [],
  );
  kernel.cell.post(pid, "reporter runs");
  told++;
  return {
    kernel,
    seen,
    async next(count = 1) {
      await until(
        `${count} lines after "${seen.slice(0, told)}"`,
        () => seen.length >= told + count,
        LIMIT_MS,
      );
      told += count;
      return seen.slice(told - count, told);
    },
    async until(done) {
      await until(`after "${seen}"`, done, LIMIT_MS);
    },
    async quiet() {
      await new Promise((done) => setTimeout(done, QUIET_MS));
      assert.equal(seen.slice(told), [], "nothing else happened");
    },
  };
}
