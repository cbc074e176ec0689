/** A bench whose cells a watchdog watches, on this thread: the judgement is the board's, only its thread is not. */
import type { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import type { Finding } from "../../runtime/watchdog/finding.ts";
import { WATCHDOG_DEFAULTS, Watchdog } from "../../runtime/watchdog/watchdog.ts";
import type { SpecContext } from "../harness/spec.ts";
import { type BenchHooks, type CellBench, hooksOf } from "./cells.ts";
import { threadBench } from "./thread-bench.ts";

const LOOK_MS = 5;
/**
 * A machine that runs all tests at once leaves a thread without a core for longer than a board bears, which is then found late or
 * hung, rightly. Who hangs here does so for ever; but the watch itself stands still as often, and gives all that time to others.
 */
const LIMITS = { ...WATCHDOG_DEFAULTS, wakeLimitUs: 4_000_000, endLimitUs: Number.POSITIVE_INFINITY };
const HANG_LIMIT_US = 1_500_000;

export function watchedBench(
  t: SpecContext,
  hooks: BenchHooks,
): CellBench & { readonly kernel: ThreadKernel } {
  return judgedBench(t, hooks, undefined);
}

/** `onFound`: has a cell ended in the place of the bench, when it likes. */
export function judgedBench(
  t: SpecContext,
  hooks: BenchHooks,
  onFound: ((finding: Finding) => void) | undefined,
): CellBench & { readonly kernel: ThreadKernel } {
  const clock = new SystemClock();
  const endCell = ({ cell, incarnation, cause }: Finding) => {
    if (cause !== "blocked") bench.kernel.endCell(cell, incarnation, cause);
  };
  const watchdog = new Watchdog(
    {
      pet: () => {},
      fence: () => {},
      endCell: onFound ?? endCell,
      blocked: ({ cell }) => hooks.crashed(`${cell} is blocked`),
      endRuntime: (why) => hooks.crashed(why),
    },
    LIMITS,
  );
  const told = hooksOf(hooks);
  const bench = threadBench(t, hooks, {
    onStarted: (cell) => watchdog.watch(cell),
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
  const { kernel } = bench;
  const startCell = kernel.startCell.bind(kernel);
  kernel.startCell = (spec) => startCell({ hangLimitUs: HANG_LIMIT_US, ...spec });
  return bench;
}
