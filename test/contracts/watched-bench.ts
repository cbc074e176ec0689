/** A bench whose cells a watchdog watches, on this thread: the judgement is the board's, only its thread is not. */
import type { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { Watchdog } from "../../runtime/watchdog/watchdog.ts";
import type { SpecContext } from "../harness/spec.ts";
import { type BenchHooks, type CellBench, hooksOf } from "./cells.ts";
import { threadBench } from "./thread-bench.ts";

const LOOK_MS = 5;

export function watchedBench(
  t: SpecContext,
  hooks: BenchHooks,
): CellBench & { readonly kernel: ThreadKernel } {
  const clock = new SystemClock();
  const watchdog = new Watchdog({
    pet: () => {},
    fence: () => {},
    endCell: (cell, incarnation, _lateUs, _process, cause) => bench.kernel.endCell(cell, incarnation, cause),
    endRuntime: (why) => hooks.crashed(why),
  });
  const told = hooksOf(hooks);
  const bench = threadBench(t, hooks, {
    onStarted: (name, incarnation, progress) => watchdog.watch(name, incarnation, progress),
    hooks: {
      ...told,
      ended: (life, cause) => {
        watchdog.unwatch(life.name, life.incarnation);
        told.ended?.(life, cause);
      },
      becameCell: (_, trial) => watchdog.unwatch(trial.name, trial.incarnation),
    },
  });
  const timer = setInterval(() => watchdog.look(clock.now()), LOOK_MS);
  t.defer(() => clearInterval(timer));
  return bench;
}
