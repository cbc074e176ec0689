import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { ExitReason } from "../../runtime/process/exit-reason.ts";

export type ContractEvent = Extract<GuardianEvent, { kind: "contract" }>;

/** Why a cell ends that the guardian has fenced for breaking their contract. */
export function contractReason(event: ContractEvent, board: string, cell: string): ExitReason {
  const { state, message, path, found, allowed } = event;
  const breach = { state, message, found, allowed };
  const who = { protocol: "guardian", blame: "peer", side: "cell", party: `<${board}.${cell}.1>` } as const;
  return {
    contract: {
      ...who,
      ...breach,
      ...(path === undefined ? { kind: "notAllowed" } : { kind: "misfit", path }),
    },
  };
}
