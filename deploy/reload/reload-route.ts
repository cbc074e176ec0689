/** `POST /reload`: has the board take its configuration again. */
import { parseDurationMs } from "../../runtime/time/duration.ts";
import type { OperatorRoutes } from "../http/operator-routes.ts";
import { DEFAULT_TRIAL, LONGEST_TRIAL_MS, type ReloadReply, type ReloadRequest } from "./reload-messages.ts";

/** `?trial=5s`, `?check=yes`: only says what would become of it. */
export function reloadRoute(ask: (request: ReloadRequest) => Promise<ReloadReply>): OperatorRoutes {
  return {
    "/reload": (query) => {
      for (const name of query.keys())
        if (name !== "trial" && name !== "check")
          throw new RangeError(`query: "${name.slice(0, 40)}" is none of trial, check`);
      return ask({ trialMs: trialMsOf(query.get("trial") ?? DEFAULT_TRIAL), dryRun: query.has("check") });
    },
  };
}

/** Throws RangeError. */
function trialMsOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms >= 0 && ms <= LONGEST_TRIAL_MS) return ms;
  throw new RangeError(`trial: "${text.slice(0, 40)}" is no time from 0s to 1h`);
}
