/** A push button as a device: pressed or not. Its line is debounced below. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { Button, type ButtonEvent } from "../drivers/button.ts";
import type { DeviceTask, Measurement } from "../handler/task.ts";

export function buttonTask(hardware: Hardware, line: string, stuckMs: number): DeviceTask {
  const input = hardware.input(line);
  const fresh = () => new Button({ stableMs: 0, stuckMs });
  let button = fresh();
  const changes = (events: readonly ButtonEvent[]): Measurement[] =>
    events
      .filter(({ type }) => type === "press" || type === "release")
      .map(({ type }) => ({ reading: "pressed", value: type === "press" }));
  /** The edge, and what it means at once: it has rested already. */
  const took = (level: 0 | 1, atUs: number) =>
    changes([...button.edge({ level, atUs }), ...button.advance(atUs)]);
  return {
    edges: line,
    *start(self) {
      button = fresh();
      took(input.read(), self.nowUs());
    },
    *sample(self) {
      const changed = changes(button.advance(self.nowUs()));
      // A level that differs from what the edges said: one was lost.
      const level = input.read();
      if ((level === 1) !== button.pressed) changed.push(...took(level, self.nowUs()));
      return changed.length > 0 ? changed : [{ reading: "pressed", value: button.pressed }];
    },
    edge: ({ level, atUs }) => took(level, atUs),
    dueUs: () => button.dueUs() ?? Number.POSITIVE_INFINITY,
    heldSinceUs: () => (button.stuck ? button.pressedAtUs : undefined),
  };
}
