import { equal } from "uvu/assert";
import { changeDriver } from "../../deploy/board/driver-change.ts";
import type { Kernel } from "../../runtime/cell/kernel.ts";
import { spec } from "../harness/spec.ts";

/** A board on which code of every device is on trial: of `trials` by an operator, of others by a release. */
function bench(trials: readonly string[]) {
  const trace: string[] = [];
  const kernel = {
    passTrial: (cell: string) => trace.push(`${cell} passes`) > 0,
    rollBack: (cell: string) => trace.push(`${cell} goes back`) > 0,
  } as unknown as Kernel;
  const say = (device: string, trial: string) => {
    changeDriver(
      device,
      { trial },
      {
        kernel,
        housing: { cellOf: () => undefined },
        folder: undefined,
        trials: new Set(trials),
        isReloading: () => true,
        setup: { module: "hardware", name: "hardware" },
        tell: ({ kind, reason }) => void trace.push(`${kind}: ${reason}`),
      },
    );
    return trace.splice(0);
  };
  return { say };
}

spec("an operator ends the trial of a driver that an operator began", () => {
  const { say } = bench(["heater"]);
  equal(say("heater", "pass"), ["heater passes"]);
  equal(say("heater", "rollBack"), ["heater goes back"]);
});

spec("code that a release has on trial is kept or taken back for all cells at once, never for one", () => {
  const { say } = bench([]);
  equal(say("heater", "pass"), ["refused: no new driver is on trial"]);
  equal(say("heater", "rollBack"), ["refused: no new driver is on trial"]);
});
