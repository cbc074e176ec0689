/** Ends a party that broke its contract, with the report as its exit reason. */
import { type Pid, samePid } from "../process/pid.ts";
import { BAND, type ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { ContractError } from "./contract-error.ts";
import type { ContractReport } from "./contract-report.ts";

/** How long a party that traps exits may take to end by itself, ms. */
const GRACE_MS = 100;

/** The party is told before anybody hears of it; whether it goes is watched whatever becomes of the one who calls. */
export function stopParty(
  self: Pick<Self, "pid" | "spawn" | "exit">,
  party: Pid,
  report: ContractReport,
): void {
  // Oneself ends by the error that is thrown next, unless one's own code catches it.
  const isOneself = samePid(party, self.pid);
  if (!isOneself) self.exit(party, { contract: report });
  self.spawn(insist, [party, report, isOneself], { band: BAND.system, label: "contract" });
}

function* insist(self: Self, party: Pid, report: ContractReport, tell: boolean): ProcessGenerator {
  const ref = self.monitor(party);
  if (tell) self.exit(party, { contract: report });
  const ended = yield* self.receive(ref, { within: GRACE_MS });
  if (ended !== undefined) return;
  self.kill(party);
  // A killed process tells nobody why.
  throw new ContractError(report);
}
