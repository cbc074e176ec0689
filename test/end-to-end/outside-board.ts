/** A board of the tests' own: its processes run here and talk with those of real boards over their broker. */
import { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import type { SpecContext } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import type { OutsidePlan } from "./outside-link.ts";

const module = new URL("./outside-link.js", import.meta.url).href;

export class OutsideBoard {
  readonly kernel: ThreadKernel;

  constructor(t: SpecContext, plan: Partial<OutsidePlan> & Pick<OutsidePlan, "url">) {
    const board = plan.board ?? "tester";
    this.kernel = new ThreadKernel({ board, clock: new SystemClock() });
    t.defer(() => this.kernel.stop());
    const data: OutsidePlan = { board, life: 1, heartbeatMs: 500, lostMs: 15_000, ...plan };
    this.kernel.startCell({
      name: "link",
      loop: "event",
      body: { module, name: "outsideCell" },
      setup: { module, name: "outsideSetup", data },
      args: [],
    });
  }

  /** Waits until that name is known. */
  async find(name: string, limitMs = 10_000): Promise<Pid> {
    const { names } = this.kernel.cell;
    await until(`"${name}" is known`, () => names.whereis(name) !== undefined, limitMs);
    return names.whereis(name)!;
  }

  /** Runs a process here to its end; what it gives back, or its error. */
  run<T>(body: (self: Self) => ProcessGenerator<T>): Promise<T> {
    return new Promise<T>((done, fail) => {
      this.kernel.cell.spawn(function* (self: Self) {
        try {
          done(yield* body(self));
        } catch (error) {
          fail(error);
        }
      }, []);
      this.kernel.cell.post("nobody", "wake up");
    });
  }
}
