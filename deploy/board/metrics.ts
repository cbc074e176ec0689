/** The board's totals in the Prometheus text format (exposition format 0.0.4). */

import type { MqttPlan } from "./mqtt-cell.ts";
import type { Telemetry } from "./telemetry.ts";

interface LinkCounts {
  readonly eventsDropped: number;
  readonly commandsRefused: number;
  readonly topicsRefused: number;
}

export function boardMetrics(
  { board, incarnation }: Pick<MqttPlan, "board" | "incarnation">,
  totals: ReturnType<Telemetry["totals"]> | undefined,
  counts: LinkCounts | undefined,
): string {
  const label = `{board="${board}"}`;
  const lines = [
    ["holdfast_incarnation", "gauge", "Starts of the runtime since the guardian started.", incarnation],
    ["holdfast_devices", "gauge", "Devices and controllers configured.", totals?.devices],
    ["holdfast_devices_ready", "gauge", "Devices and controllers in service.", totals?.ready],
    ["holdfast_restarts_total", "counter", "Restarts of devices and controllers.", totals?.restarts],
    ["holdfast_deadline_misses_total", "counter", "Jobs that ended late or were skipped.", totals?.misses],
    ["holdfast_events_dropped_total", "counter", "Events that found no room.", counts?.eventsDropped],
    ["holdfast_commands_refused_total", "counter", "Commands refused at the gate.", counts?.commandsRefused],
  ] as const;
  return lines
    .filter(([, , , value]) => value !== undefined)
    .map(
      ([name, type, help, value]) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}${label} ${value}\n`,
    )
    .join("");
}
