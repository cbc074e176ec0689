/** Where Node and a board's programs lie when releases are in slots. */
import type { ServiceOptions } from "./board-units.ts";

/** Those of whichever release `current` leads to. */
export function slotPrograms(slots: string): Required<Pick<ServiceOptions, "node" | "programs" | "slots">> {
  return { slots, node: `${slots}/current/bin/node`, programs: `${slots}/current/program/deploy/board` };
}
