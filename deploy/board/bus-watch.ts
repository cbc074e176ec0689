/** Asks the guardian now and then what has gone over its buses, and tells the telemetry. */
import { TELEMETRY } from "../../devices/handler/messages.ts";
import type { BusReport } from "../../firmware/contracts/bus-report.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

/** As often as jobs report. */
const EVERY_MS = 2000;

interface Reports {
  readonly type: "reports";
  readonly buses: readonly BusReport[];
}

/** The body of its process. `ask`: `GuardianControl.buses`; its answer is passed on whenever it comes. */
export function busWatch(ask: () => Promise<readonly BusReport[]>) {
  return function* (self: Self<Reports>): ProcessGenerator {
    const post = self.poster();
    self.register("buses");
    for (;;) {
      ask().then((buses) => post({ type: "reports", buses }));
      const message = yield* self.receive("reports", { within: EVERY_MS });
      if (message === undefined) continue;
      self.send(TELEMETRY, { type: "buses", buses: message.buses });
      yield* self.sleep(EVERY_MS);
    }
  };
}
