/** Refusals by which the guardian keeps an output inside its policy: no fault of the device. */
import type { LineError } from "../../firmware/contracts/line.ts";

const POLICY: readonly string[] = ["min_off", "max_on", "interlock", "switching", "refused"];

/** The output may go where it was told to at another time. */
export function isPolicyRefusal({ code }: LineError): boolean {
  return POLICY.includes(code);
}
