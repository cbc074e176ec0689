/** Ways from the HTTP port to processes that change a running board. */
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { CODE, type CodeReply, type CodeRequest } from "../code/code-messages.ts";
import { codeActions, codeState } from "../code/code-routes.ts";
import { CallDoor } from "../http/call-door.ts";
import type { OperatorRoutes } from "../http/operator-routes.ts";
import { RELOAD, type ReloadReply, type ReloadRequest } from "../reload/reload-messages.ts";
import { reloadRoute } from "../reload/reload-route.ts";

export interface Doors {
  /** Addresses that only tell, and those that change something. */
  readonly operator: OperatorRoutes;
  readonly actions: OperatorRoutes;
  /** Processes behind them. */
  readonly children: readonly ChildSpec[];
}

/** Longest of a reload beside its trial: the check, the first jobs, and the way back, ms. */
const BESIDE_TRIAL_MS = 150_000;
/** Whoever changes code answers at once; the machine may be busy, ms. */
const CODE_ANSWER_MS = 10_000;

export function openDoors(): Doors {
  const reload = new CallDoor<ReloadRequest, ReloadReply>({
    server: RELOAD,
    what: "read its configuration",
    limitMs: ({ trialMs }) => trialMs + BESIDE_TRIAL_MS,
  });
  const code = new CallDoor<CodeRequest, CodeReply>({
    server: CODE,
    what: "change its code",
    limitMs: () => CODE_ANSWER_MS,
  });
  const askCode = (request: CodeRequest) => code.ask(request);
  return {
    operator: codeState(askCode),
    actions: { ...reloadRoute((request) => reload.ask(request)), ...codeActions(askCode) },
    children: [
      { id: "reload", restart: "permanent", start: (self) => self.spawn(reload.body(), []) },
      { id: "code", restart: "permanent", start: (self) => self.spawn(code.body(), []) },
    ],
  };
}
