/**
 * A trial that nobody judges any more. Whoever receives is alone, so what is on trial while the programs of the active slot run has lost who
 * brought it: killed in its live trial, or between the record and the restart; or no boot of it could be written down. Left as it is the board would take no release, and try that one at
 * some start long after.
 */
import type { BringPlan } from "./bring.ts";
import { isBack } from "./live-trial.ts";
import { confirmed, unreachable } from "./slot-steps.ts";
import { UpdateError } from "./update-error.ts";

const WHY = "who brought it ended before it was judged";

/**
 * Code that was kept already is confirmed, other code goes back, and its release is not refused later: it is no fault of its own. Throws `UpdateError` `busy`
 * when the board does not say that its old code goes on.
 */
export async function endAbandoned({
  records,
  live,
  sleep,
}: Pick<BringPlan, "records" | "live" | "sleep">): Promise<void> {
  const record = records.read();
  const { active, trying, releases } = record ?? {};
  if (record === undefined || trying === undefined || live.runs() !== active) return;
  const release = releases?.[trying];
  const state = await live.code.state().catch(() => undefined);
  if (state?.phase === "kept" && release !== undefined && state.release === release) {
    live.note({ release, slot: trying, beside: record.active });
    records.write(confirmed(record));
    return;
  }
  if (!(await isBack({ ...live, sleep }, WHY)))
    throw new UpdateError(
      "busy",
      `release ${release?.slice(0, 12)} is on trial, and the board does not say that its old code goes on: start it again first (holdfast reboot, or systemctl restart holdfast), then push once more`,
    );
  records.write(unreachable(record, WHY));
  await live.closeUnused();
}
