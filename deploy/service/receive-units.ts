/**
 * Who receives a release that was offered to a board over its broker: root, because slots are not the board's to write. The board
 * leaves the offer in its state folder; what is in it is believed as little as if it had come from the network.
 */
import { SLOT_PROGRAM } from "../update/slot-program.ts";
import { commandWord, type UnitLine, type UnitSection } from "./unit-text.ts";

/** Where the board leaves an offer, below its state folder. */
export const OFFER_FILE = "offer.json";
/** The unit that is enabled. */
export const RECEIVE_PATH = "holdfast-receive.path";

/** By the name of the unit. `environment`: lines that say how the board is configured. */
export function receiveUnits(
  slots: string,
  stateFolder: string,
  environment: readonly UnitLine[],
): Readonly<Record<string, readonly UnitSection[]>> {
  const offer = `${stateFolder}/${OFFER_FILE}`;
  return {
    [RECEIVE_PATH]: [
      {
        name: "Unit",
        lines: [["Description", "Holdfast: waits for a release that is offered to the board"]],
      },
      { name: "Path", lines: [["PathExists", offer]] },
      { name: "Install", lines: [["WantedBy", "paths.target"]] },
    ],
    "holdfast-receive.service": [
      {
        name: "Unit",
        lines: [["Description", "Holdfast: receives a release that was offered to the board"]],
      },
      {
        name: "Service",
        lines: [
          ["Type", "oneshot"],
          ["ExecStart", `${commandWord(`${slots}/${SLOT_PROGRAM}`)} receive --offered ${commandWord(offer)}`],
          ...environment,
          { note: "Whatever it does can wait for everything else." },
          ["Nice", "19"],
          ["IOSchedulingClass", "idle"],
          ["OOMScoreAdjust", "300"],
        ],
      },
    ],
  };
}
