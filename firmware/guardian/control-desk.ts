import type { ToGuardian, ToRuntime, WorldSet } from "../contracts/control.ts";
import type { Guardian } from "./guardian.ts";

/** Where a control message may lead beside the guardian itself. */
export interface ControlDeskOptions {
  readonly guardian: Guardian;
  /** Opens the way by which this owner's requests come. */
  listen(owner: number): void;
  /** Changes the emulated world; resolves to an error text when it refused. */
  setWorld(set: WorldSet): Promise<string | undefined>;
  stats(): Readonly<Record<string, number>>;
  /** Why nobody gets an output; undefined: they are granted. */
  readonly keptSafe: string | undefined;
}

/** Carries out one control message of the runtime; answers go to `answer`. */
export function handleControl(
  message: ToGuardian,
  { guardian, listen, setWorld, stats, keptSafe }: ControlDeskOptions,
  answer: (message: ToRuntime) => void,
): void {
  if ("grant" in message) {
    const { owner, epoch, outputs } = message.grant;
    const refusal = outputs.length > 0 ? keptSafe : undefined;
    const granted = refusal ?? guardian.grant(message.grant);
    if (typeof granted !== "string") listen(owner);
    answer(typeof granted === "string" ? { refused: { owner, epoch, reason: granted } } : { granted });
  } else if ("revoke" in message) {
    guardian.revoke(message.revoke);
  } else if ("fence" in message) {
    guardian.fence(message.fence);
  } else if ("transfer" in message) {
    const reason = guardian.transfer(message.transfer);
    const { owner, epoch } = message.transfer.to;
    answer(reason === undefined ? { transferred: { owner, epoch } } : { refused: { owner, epoch, reason } });
  } else if ("clear" in message) {
    guardian.clear(message.clear.line);
  } else if ("world" in message) {
    const { id } = message.world;
    void setWorld(message.world).then((error) =>
      answer({ world: error === undefined ? { id } : { id, error } }),
    );
  } else if ("buses" in message) {
    answer({ buses: guardian.busReports() });
  } else if ("latched" in message) {
    answer({ latched: guardian.latched() });
  } else {
    answer({ stats: stats() });
  }
}
