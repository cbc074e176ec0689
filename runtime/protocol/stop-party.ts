/** Ends a party that broke its contract, with the report as its exit reason. */
import type { Pid } from "../process/pid.ts";
import { BAND, type ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { ContractError } from "./contract-error.ts";
import type { ContractReport } from "./contract-report.ts";

/** How long a party that traps exits may take to end by itself, ms. */
const GRACE_MS = 100;

/** Goes on whatever becomes of the one who calls. */
export function stopParty(self: Pick<Self, "spawn">, party: Pid, report: ContractReport): void {
  self.spawn(stop, [party, report], { band: BAND.system, label: "contract" });
}

function* stop(self: Self, party: Pid, report: ContractReport): ProcessGenerator {
  const ref = self.monitor(party);
  self.exit(party, { contract: report });
  const ended = yield* self.receive(ref, { within: GRACE_MS });
  if (ended !== undefined) return;
  self.kill(party);
  // A killed process tells nobody why.
  throw new ContractError(report);
}
