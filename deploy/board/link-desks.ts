/** The processes of the MQTT cell that other boards may speak to: one for the board, one for each output that is lent. */
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { boardDesk } from "../links/board-desk.ts";
import { outputDoor } from "../links/output-door.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";

/** None for a board without links. */
export function linkDesks({ board, hardware, version, links }: MqttPlan): readonly ChildSpec[] {
  if (links === undefined) return [];
  const { life, modules, rights, lent, leaseMs } = links;
  const desk = { about: { board, hardware, version, life }, modules, rights };
  return [
    { id: "board", restart: "permanent", start: (self) => self.spawn(boardDesk(), [desk]) },
    ...lent.map(
      (device): ChildSpec => ({
        id: `door of ${device}`,
        restart: "permanent",
        start: (self) =>
          self.spawn(outputDoor, [{ device, rights, leaseMs }], { label: `door of ${device}` }),
      }),
    ),
  ];
}
