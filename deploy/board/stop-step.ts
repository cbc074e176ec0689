/**
 * The second net under the guardian: the service runs it whenever the guardian has ended, however it did
 * (`ExecStopPost`, systemd.service(5)). It reads the plan that the guardian left in the service's runtime directory, so
 * it loads no configuration, and a file that was edited meanwhile changes nothing. Exit code 0 when every output is as
 * its policy says, 1 when one is not. After an orderly end it has the starts forgotten that pace the next one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type StopPlan, stopOutputs } from "../../firmware/guardian/stop-step.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { forgetStarts } from "./start-pace.ts";
import { STOP_PLAN } from "./stop-plan.ts";

/** `ExecStopPost` may take as long as TimeoutStopSec; outputs that take this long will not come. First argument: another. */
const LIMIT_MS = Number(process.argv[2] ?? 1000);

const say = (record: object) => process.stderr.write(`${JSON.stringify(record)}\n`);
setTimeout(() => {
  say({ stopStep: { why: `outputs did not answer within ${LIMIT_MS} ms` } });
  process.exit(1);
}, LIMIT_MS);

const isOrderly = process.env.SERVICE_RESULT === "success";
const plan = readPlan();
if (plan !== undefined) {
  const outcomes = await stopOutputs(plan, isOrderly, new SystemClock());
  say({ stopStep: { outcomes, tookMs: Math.round(performance.now()) } });
  if (outcomes.some(({ did }) => did === "failed")) process.exitCode = 1;
}
if (isOrderly) forgetStarts(process.env.HOLDFAST_KEPT);
process.exit();

/** Undefined where the guardian never came so far as to touch a line. */
function readPlan(): StopPlan | undefined {
  try {
    return JSON.parse(readFileSync(join(process.env.RUNTIME_DIRECTORY ?? "", STOP_PLAN), "utf8")) as StopPlan;
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    return undefined;
  }
}
