/** A contact as a device: closed or not. Its line is debounced below. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { DeviceTask } from "../handler/task.ts";

export function contactTask(hardware: Hardware, line: string): DeviceTask {
  const input = hardware.input(line);
  return {
    edges: line,
    *start() {
      input.read();
    },
    *sample() {
      // Also what an edge should have told and did not.
      return [{ reading: "closed", value: input.read() === 1 }];
    },
    edge: ({ level }) => [{ reading: "closed", value: level === 1 }],
  };
}
