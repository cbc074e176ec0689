/** Processes beside the first one of the MQTT cell: each answers for something that is asked from outside. */
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import type { SupervisorSpec } from "../../runtime/supervision/supervisor-spec.ts";
import type { ProcessLinks } from "../links/process-links.ts";
import type { Doors } from "./doors.ts";
import { inspectDesk } from "./inspect-desk.ts";
import { linkDesks } from "./link-desks.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";

/** Not linked with the cell's first process: what breaks a question breaks nothing else. */
export function mqttDesks(plan: MqttPlan, links: ProcessLinks | undefined, doors: Doors): SupervisorSpec {
  const children: ChildSpec[] = [
    { id: "inspect", restart: "permanent", start: (self) => self.spawn(inspectDesk, []) },
    ...doors.children,
    ...(links === undefined ? [] : linkDesks(plan, links.offences)),
  ];
  return { strategy: "oneForOne", intensity: 5, periodMs: 10_000, children };
}
