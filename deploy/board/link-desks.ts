/** The processes of the MQTT cell that other boards may speak to: one for the board, one for each output that is lent. */
import type { Self } from "../../runtime/process/self.ts";
import type { TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { boardDesk } from "../links/board-desk.ts";
import type { Offences } from "../links/offences.ts";
import { outputDoor } from "../links/output-door.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";

/** None for a board without links. `offences`: told of what other boards may not do. */
export function linkDesks(
  { board, hardware, version, links }: MqttPlan,
  offences: Offences,
): readonly ChildSpec[] {
  if (links === undefined) return [];
  const { life, modules, rights, lent, leaseMs } = links;
  const desk = { about: { board, hardware, version, life }, modules, rights };
  return [
    { id: "board", restart: "permanent", start: (self) => self.spawn(boardDesk(offences), [desk]) },
    ...lent.map((device): ChildSpec => {
      const plan = { device, rights, leaseMs };
      const body = (self: Self<TalkMessage>) => outputDoor(self, plan, offences);
      const label = `door of ${device}`;
      return { id: label, restart: "permanent", start: (self) => self.spawn(body, [], { label }) };
    }),
  ];
}
