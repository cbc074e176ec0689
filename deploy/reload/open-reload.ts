/** Who has a board's configuration taken again, for the board's supervisor. */
import type { Log } from "../../firmware/guardian/log.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { deskChild } from "../board/desk-child.ts";
import type { BoardOptions } from "../board/options.ts";
import { type ReloadDeskOptions, reloadDesk } from "./reload-desk.ts";
import { RELOAD } from "./reload-messages.ts";

type Given = Pick<ReloadDeskOptions, "kernel" | "plans" | "running" | "onTrial" | "tell">;

export interface OpenReloadOptions extends Given {
  readonly options: Pick<BoardOptions, "config" | "emulated">;
  readonly log: Pick<Log, "line">;
}

/** What becomes of it is told on the broker, and in the log. */
export function reloadChild({ options, log, tell, ...given }: OpenReloadOptions): ChildSpec {
  const desk = reloadDesk({
    ...given,
    file: options.config,
    emulated: options.emulated,
    tell: (event) => {
      log.line({ configuration: event });
      tell(event);
    },
  });
  return deskChild(RELOAD, desk);
}
