/** A push button as a device: pressed or not, debounced by the time stamps of its edges. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Button, type ButtonEvent } from "../drivers/button.ts";
import type { DeviceTask, Measurement } from "../handler/task.ts";

export function buttonTask(hardware: Hardware, line: string, debounceMs: number): DeviceTask {
  const input = hardware.input(line);
  let button = new Button({ stableMs: debounceMs });
  const changes = (events: readonly ButtonEvent[]): Measurement[] =>
    events
      .filter(({ type }) => type === "press" || type === "release")
      .map(({ type }) => ({ reading: "pressed", value: type === "press" }));
  return {
    edges: line,
    *start(self) {
      button = new Button({ stableMs: debounceMs });
      button.edge({ level: input.read(), atUs: self.nowUs() });
    },
    *sample(self) {
      // A level that differs from what the edges said: one was lost.
      const level = input.read();
      const changed = changes(button.advance(self.nowUs()));
      if (button.dueUs() === undefined && (level === 1) !== button.pressed) {
        button.edge({ level, atUs: self.nowUs() });
      }
      return changed.length > 0 ? changed : [{ reading: "pressed", value: button.pressed }];
    },
    edge: (edge) => changes(button.edge(edge)),
    dueUs: () => button.dueUs() ?? Number.POSITIVE_INFINITY,
  };
}
