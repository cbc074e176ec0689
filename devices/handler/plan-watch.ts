/**
 * A keeper's part in a change of plans: it tells the desk of the change how its device fares under the new one, until
 * the round is over. Nobody waits for anybody here.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import { type Cause, describeCause } from "./cause.ts";
import type { Start } from "./device-plan.ts";
import type { NewPlanMessage, PlanNews, ProvedMessage, SettledMessage } from "./replan.ts";
import type { Speaker } from "./task.ts";

/** Steps down for these reasons say nothing about a plan. */
const OTHERS_DOING: readonly Cause["kind"][] = ["operator", "operatorEnded", "dependency", "retry"];

export class PlanWatch {
  readonly #self: Pick<Speaker, "send">;
  readonly #id: string;
  #round: { readonly number: number; readonly desk: Pid; readonly forget: readonly string[] } | undefined;

  constructor(self: Pick<Speaker, "send">, id: string) {
    this.#self = self;
    this.#id = id;
  }

  /** `isOff`: there is no process, so there is nothing to prove. */
  begin({ round, desk, forget, hasToProve }: NewPlanMessage, isOff: boolean): void {
    this.#round = { number: round, desk, forget };
    if (isOff) this.#tell(hasToProve ? "it is off" : undefined);
  }

  /** What the process said. */
  proved({ round, failure }: ProvedMessage): void {
    if (round === this.#round?.number) this.#tell(failure);
  }

  /** It went down its ladder by itself, or its life ended. */
  fell(cause: Cause): void {
    if (!OTHERS_DOING.includes(cause.kind)) this.#tell(describeCause(cause));
  }

  /** What commands had changed, as far as it still counts: while the round is on, without what it says anew. */
  counting(kept: Start["kept"]): Start["kept"] {
    const forget = this.#round?.forget ?? [];
    if (forget.length === 0) return kept;
    return Object.fromEntries(Object.entries(kept).filter(([name]) => !forget.includes(name)));
  }

  /** A person commanded these while the round is on: that was said last, and counts. */
  commanded(values: Start["kept"]): void {
    if (this.#round === undefined) return;
    const forget = this.#round.forget.filter((name) => !Object.hasOwn(values, name));
    this.#round = { ...this.#round, forget };
  }

  /** The round is over. Returns what is kept of what commands had changed. */
  settled({ round, kept: isKept }: SettledMessage, kept: Start["kept"]): Start["kept"] {
    if (round !== this.#round?.number) return kept;
    const rest = isKept ? this.counting(kept) : kept;
    this.#round = undefined;
    return rest;
  }

  #tell(failure: string | undefined): void {
    if (this.#round === undefined) return;
    const { number: round, desk } = this.#round;
    const news: PlanNews = {
      type: "planNews",
      round,
      id: this.#id,
      ...(failure !== undefined && { failure }),
    };
    this.#self.send(desk, news);
  }
}
