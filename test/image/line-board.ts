import { demoWith } from "../deploy/demo-board.ts";

const PATIENT = { hardDeadline: "60s", every: "5s", deadline: "5s" };

/**
 * A relay, a light and a button of the demo in one cell, unless each is to have its own, with limits that an emulated processor beside
 * other work can keep. `broker`: its address; undefined: the board runs its own.
 */
export function lineBoard(
  broker: string | undefined,
  watchdog?: object,
  placement: "own" | "shared" = "shared",
): string {
  const board = JSON.parse(demoWith(["hardware", "linux"]));
  const { button, pump, led } = board.devices;
  const patient = (device: object) => ({ ...device, ...PATIENT });
  const output = (device: object) => ({ ...patient(device), lease: "30s" });
  const { every, hardDeadline } = PATIENT;
  return JSON.stringify({
    version: board.version,
    board: board.board,
    hardware: board.hardware,
    placement,
    devices: {
      button: { ...button, every, hardDeadline },
      ...{ pump: output(pump), led: output(led) },
    },
    mqtt: { ...board.mqtt, ...(broker !== undefined && { url: broker }) },
    ...(watchdog !== undefined && { watchdog }),
  });
}
