/** Who has a board's configuration taken again, for the board's supervisor. */
import type { Log } from "../../firmware/guardian/log.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { keptSafeReason } from "../board/boot-history.ts";
import type { BootNotice } from "../board/boot-notice.ts";
import { deskChild } from "../board/desk-child.ts";
import type { BoardOptions } from "../board/options.ts";
import { type ReloadDeskOptions, reloadDesk } from "./reload-desk.ts";
import { RELOAD } from "./reload-messages.ts";

type Given = Pick<ReloadDeskOptions, "kernel" | "plans" | "running" | "tell">;

export interface OpenReloadOptions extends Given {
  readonly options: Pick<BoardOptions, "config" | "emulated">;
  readonly log: Pick<Log, "line">;
  /** Whose code is on trial. */
  readonly onTrial: () => readonly string[];
  /** Why the board came up, where that is known. */
  readonly boot: BootNotice | undefined;
}

/** What becomes of it is told on the broker, and in the log. */
export function reloadChild(open: OpenReloadOptions): ChildSpec {
  const { options, log, tell, onTrial, boot, ...given } = open;
  const desk = reloadDesk({
    ...given,
    whyNot: () => {
      if (boot?.keptSafe) return `nothing of it runs: ${keptSafeReason(boot)}`;
      const trials = onTrial();
      return trials.length === 0
        ? undefined
        : `new code of ${trials.join(", ")} is on trial: wait for its end`;
    },
    file: options.config,
    emulated: options.emulated,
    tell: (event) => {
      log.line({ configuration: event });
      tell(event);
    },
  });
  return deskChild(RELOAD, desk);
}
