import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { ExitReason } from "../../runtime/process/exit-reason.ts";

export type ContractEvent = Extract<GuardianEvent, { kind: "contract" }>;

/** Why a cell ends, or the process `number` of a shared one, that the guardian has fenced for breaking their contract. */
export function contractReason(event: ContractEvent, board: string, cell: string, number = 1): ExitReason {
  const { state, message, path, found, allowed } = event;
  const breach = { state, message, found, allowed };
  const who = {
    protocol: "guardian",
    blame: "peer",
    side: "cell",
    party: `<${board}.${cell}.${number}>`,
  } as const;
  return {
    contract: {
      ...who,
      ...breach,
      ...(path === undefined ? { kind: "notAllowed" } : { kind: "misfit", path }),
    },
  };
}
