import { equal } from "uvu/assert";
import { type FaultMessage, faultDesk, latchMessage } from "../../deploy/board/fault-desk.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import type { Self } from "../../runtime/process/self.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";
import { spec } from "../harness/spec.ts";
import { demoPlan } from "./demo-board.ts";

const LATCH = { count: 3, window: "1h" };

/** The desk of a board whose pump may be latched; what the guardian is told, and the telemetry. */
function bench() {
  const cleared: string[] = [];
  const told: string[] = [];
  const answers: ((lines: string[]) => void)[] = [];
  const kernel = new LocalKernel({
    board: "greenhouse",
    clock: new VirtualClock(0),
    load: () => {
      throw new Error("no cells here");
    },
  });
  const control = {
    clear: (line: string) => void cleared.push(line),
    latched: () => new Promise<string[]>((resolve) => void answers.push(resolve)),
  };
  const pump = demoPlan("pump", ["devices.pump.maxOnLatch", LATCH]);
  kernel.cell.spawn(faultDesk(control, [pump, demoPlan("climate"), demoPlan("led")]), []);
  kernel.cell.spawn(function* (self: Self<unknown>) {
    self.register("telemetry");
    for (;;) told.push(JSON.stringify(yield* self.receive()));
  }, []);
  kernel.settle();
  return {
    cleared,
    answers,
    told: () => told.splice(0),
    send: (message: FaultMessage) => {
      kernel.cell.post("faults", message);
      kernel.settle();
    },
    answer: async (...lines: string[]) => {
      answers.shift()!(lines);
      await new Promise((done) => setImmediate(done));
      kernel.settle();
    },
  };
}

const state = (device: string, latched: boolean) =>
  JSON.stringify({ type: "state", device, patch: { latched } });

spec("a fault is cleared at the line of its device; a device without an output clears nothing", () => {
  const { cleared, send, told } = bench();
  for (const device of ["climate", "pump", "nobody"]) send({ type: "clear", device });
  equal(cleared, ["GPIO6"]);
  equal(told(), [], "the guardian says what came of it");
});

spec("a latch and its end are told as the state of the output's device", () => {
  const { send, told } = bench();
  const hear = (event: GuardianEvent) => {
    const message = latchMessage(event);
    if (message !== undefined) send(message);
  };
  hear({ kind: "maxOnLatched", line: "GPIO6", atUs: 1 });
  hear({ kind: "maxOn", line: "GPIO6", atUs: 2 });
  hear({ kind: "maxOnLatched", line: "GPIO99", atUs: 3 });
  hear({ kind: "faultCleared", line: "GPIO6", atUs: 4 });
  equal(told(), [state("pump", true), state("pump", false)]);
});

spec(
  "a telemetry that starts hears how it is: the guardian knows, over all deaths of the runtime",
  async () => {
    const { send, told, answer, answers } = bench();
    send({ type: "announce" });
    equal(told(), []);
    await answer("GPIO6");
    equal(told(), [state("pump", true)], "and nothing of outputs that cannot be latched");
    send({ type: "announce" });
    await answer();
    equal(told(), [state("pump", false)]);
    equal(answers.length, 0);
  },
);
