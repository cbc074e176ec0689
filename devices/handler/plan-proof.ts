/** What a process says of its new plan: one word, after its first job, or at once where it was not well before. */
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProvedMessage } from "./replan.ts";
import type { Speaker } from "./task.ts";

export class PlanProof {
  readonly #self: Pick<Speaker, "send">;
  readonly #keeper: Pid;
  readonly #round: number;
  #said = false;

  /** `isWell`: it did its jobs under the plan before; else the new one has nothing to prove. */
  constructor(
    self: Pick<Speaker, "send">,
    keeper: Pid,
    { round, isWell }: { round: number; isWell: boolean },
  ) {
    this.#self = self;
    this.#keeper = keeper;
    this.#round = round;
    if (!isWell) this.said();
  }

  /** A job is done, or could not be; what follows is the ladder's business. */
  said(failure?: string): void {
    if (this.#said) return;
    this.#said = true;
    const message: ProvedMessage = {
      type: "proved",
      round: this.#round,
      ...(failure !== undefined && { failure }),
    };
    this.#self.send(this.#keeper, message);
  }
}
