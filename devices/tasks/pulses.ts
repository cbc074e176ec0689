/** A pulse counter as a device: count, total and rate of what is counted below. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { PulseCounter, type PulseScale } from "../drivers/pulse-counter.ts";
import type { DeviceTask } from "../handler/task.ts";

export function pulseTask(hardware: Hardware, line: string, scale: PulseScale): DeviceTask {
  const input = hardware.input(line);
  let counter = new PulseCounter(scale);
  return {
    *start() {
      counter = new PulseCounter(scale);
    },
    *sample(self) {
      const { count, total, rate, suspect } = counter.sample(input.pulses(), self.nowUs());
      const doubt = suspect ? ({ suspect: true } as const) : {};
      return [
        { reading: "count", value: count, ...doubt },
        { reading: "total", value: total, ...doubt },
        { reading: "rate", value: rate, ...doubt },
      ];
    },
  };
}
