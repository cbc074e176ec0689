import { ExitWith } from "../process/exit-reason.ts";
import { type ContractReport, describeContract } from "./contract-report.ts";

/** Thrown at a party that is about to break its contract: the message does not leave, the process ends. */
export class ContractError extends ExitWith {
  override readonly name = "ContractError";
  readonly report: ContractReport;

  constructor(report: ContractReport) {
    super(describeContract(report), { contract: report });
    this.report = report;
  }
}
