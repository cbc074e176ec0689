/** How long a trial may take, of the words of whoever brings a release. */
import { formatDuration, parseDurationMs } from "../../runtime/time/duration.ts";
import { TRIAL_TIMES, type TrialTimes } from "../update/trial.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type Flags, textOf } from "./flags.ts";

/**
 * Of a whole trial, ms: a release that is good at last when `linkMs` is nearly over is looked at for `trialMs` more. Who starts a board waits
 * an hour for the verdict, in which the way back has to fit, too (`way-back.ts`), then starts it again, which costs the release a try.
 */
export const LONGEST_TRIAL_MS = 45 * 60_000;
const SHORTEST_MS = 1000;

/** `--trial`, `--settle`, `--link`; what is not said is as long as the rest allows. Throws `CliError` with what is allowed. */
export function trialTimes(flags: Flags): TrialTimes {
  const { trialMs, settleMs, linkMs, startMs, silentMs } = TRIAL_TIMES;
  const trial = timeOf(flags, "trial", trialMs, LONGEST_TRIAL_MS - startMs);
  const rest = LONGEST_TRIAL_MS - trial;
  const settle = timeOf(flags, "settle", settleMs, rest);
  return {
    trialMs: trial,
    settleMs: settle,
    linkMs: Math.max(timeOf(flags, "link", linkMs, rest), settle),
    startMs: Math.min(startMs, settle),
    silentMs: Math.min(silentMs, settle),
  };
}

function timeOf(
  flags: Flags,
  name: "trial" | "settle" | "link",
  otherwise: number,
  longestMs: number,
): number {
  const text = textOf(flags[name]);
  if (text === undefined) return Math.min(otherwise, longestMs);
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= longestMs) return ms;
  const why =
    name === "trial"
      ? ""
      : ": with --trial it is 45m at most, since who starts a board waits an hour for the verdict";
  throw new CliError(
    EXIT.usage,
    `--${name}: "${text}" is no time from ${formatDuration(SHORTEST_MS)} to ${formatDuration(longestMs)}${why}`,
  );
}
