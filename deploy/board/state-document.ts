/** `<device>/state`: what a device is, and how it is. */
import type { StatePatch } from "../../devices/handler/messages.ts";
import type { TelemetryDevice } from "./telemetry.ts";

export function stateDocument(device: TelemetryDevice, state: StatePatch): Readonly<Record<string, unknown>> {
  const { driver, kind, command, readings, ownedBy, faults } = device;
  return {
    mode: state.mode ?? "starting",
    restarts: state.restarts ?? 0,
    cause: state.cause ?? null,
    why: state.why ?? null,
    modes: device.modes,
    ...(device.output !== undefined && { output: device.output }),
    modeOverride: state.modeOverride ?? null,
    climbsInMs: state.climbsInMs ?? null,
    ...(kind === "input" && { stuck: state.stuck ?? null }),
    misses: state.misses ?? 0,
    driver,
    kind,
    commands: command,
    readings: Object.fromEntries(Object.entries(readings).map(([name, { unit }]) => [name, { unit }])),
    world: Object.keys(device.world),
    faults,
    // Whoever commands it from another board is its owner for as long as that lasts.
    ownedBy: ownedBy ?? state.lease?.by ?? null,
    ...(device.drives !== undefined && { drives: device.drives }),
    ...(device.lent && { lease: state.lease ?? null }),
    ...(device.output?.maxOnLatch && { latched: state.latched ?? false }),
    commanded: state.commanded ?? null,
    remainingMs: state.remainingMs ?? null,
    override: state.override ?? null,
  };
}
