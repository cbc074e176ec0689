import type { DeviceFacts } from "../../../deploy/board/overview.ts";

/** An output as the overview of a board tells of it, in order and with these readings. */
export function anOutput(id: string, readings: DeviceFacts["readings"]): DeviceFacts {
  return {
    ...{ id, kind: "actuator", driver: "relay", mode: "full", restarts: 0 },
    ...{ cause: null, ready: true, misses: 0, readings },
  };
}
