import { equal } from "uvu/assert";
import { type ClearMessage, faultDesk } from "../../deploy/board/fault-desk.ts";
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";
import { spec } from "../harness/spec.ts";
import { demoPlan } from "./demo-board.ts";

spec("a fault is cleared at the line of its device; a device without an output clears nothing", () => {
  const cleared: string[] = [];
  const kernel = new LocalKernel({
    board: "greenhouse",
    clock: new VirtualClock(0),
    load: () => {
      throw new Error("no cells here");
    },
  });
  const desk = faultDesk({ clear: (line) => void cleared.push(line) }, [
    demoPlan("pump"),
    demoPlan("climate"),
  ]);
  kernel.cell.spawn(desk, []);
  kernel.settle();
  for (const device of ["climate", "pump", "nobody"])
    kernel.cell.post("faults", { type: "clear", device } satisfies ClearMessage);
  kernel.settle();
  equal(cleared, ["GPIO6"]);
});
