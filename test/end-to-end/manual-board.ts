/** The demo with its outputs in the hands of people, at once: no controllers, no shortest time off; and a line that holds. */
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { LINE } from "./greenhouse.ts";

const manual = (device: string): readonly Change[] => [
  [`devices.${device}.minOff`, undefined],
  [`devices.${device}.maxOverride`, undefined],
  [`devices.${device}.maxOnRest`, undefined],
  [`devices.${device}.commandFor`, "5m"],
];

/** `hold` keeps its level when whoever commanded it dies. */
export function manualBoard(...changes: readonly Change[]): string {
  return demoWith(
    ["controllers", {}],
    ...manual("heater"),
    ...manual("pump"),
    [
      "devices.hold",
      {
        driver: "relay",
        line: LINE.hold,
        safe: "off",
        onCrash: "hold",
        commandFor: "10m",
        every: "500ms",
        deadline: "100ms",
        hardDeadline: "500ms",
      },
    ],
    ...changes,
  );
}
