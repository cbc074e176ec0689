/** The processes of the MQTT cell that other boards may speak to: one for the board, one for each device that they may use. */
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { boardDesk } from "../links/board-desk.ts";
import type { Offences } from "../links/offences.ts";
import { outputDoor } from "../links/output-door.ts";
import { readingDoor } from "../links/reading-door.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";

/** None for a board without links. `offences`: told of what other boards may not do. */
export function linkDesks(
  { board, hardware, version, links }: MqttPlan,
  offences: Offences,
): readonly ChildSpec[] {
  if (links === undefined) return [];
  const { life, modules, rights, lent, shared, leaseMs } = links;
  const desk = { about: { board, hardware, version, life }, modules, rights };
  return [
    { id: "board", restart: "permanent", start: (self) => self.spawn(boardDesk(offences), [desk]) },
    ...lent.map((device) =>
      door(`output of ${device}`, (self) => outputDoor(self, { device, rights, leaseMs }, offences)),
    ),
    ...shared.map((one) =>
      door(`readings of ${one.device}`, (self) => readingDoor(self, { ...one, rights }, offences)),
    ),
  ];
}

function door(label: string, body: (self: Self<TalkMessage>) => ProcessGenerator): ChildSpec {
  return { id: label, restart: "permanent", start: (self) => self.spawn(body, [], { label }) };
}
