/**
 * The output of a controller as the controller has it: found by name, commanded for a while each time. On another board
 * it can be out of reach, or not be had: then this says why.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage } from "../../runtime/process/signal.ts";
import type { Conversation, Talker, TalkSnapshot } from "../../runtime/protocol/conversation.ts";
import { continuedConversation, openConversation } from "../../runtime/protocol/open-conversation.ts";
import { doorOf, whyNoDoor } from "./abroad.ts";
import { type DriveAnswer, driving } from "./contracts.ts";
import type { ControllerPlan } from "./device-plan.ts";
import { Envoy } from "./envoy.ts";

/** What it needs of the controller's process. */
export type SinkSelf = Talker & Pick<Self, "whereis">;

/** Until it was found for the first time, and for so long at most, it is no fault that it is not there. */
export interface SinkOptions {
  readonly graceUs: number;
}

type SinkPlan = Pick<ControllerPlan, "id" | "output" | "commandForMs" | "job">;

export interface Drive {
  /** 0 to 1. */
  readonly level: number;
  /** When the sample behind the decision was measured, monotonic us. */
  readonly sampledAtUs: number;
  /** Nothing was decided by that sample before. */
  readonly fresh: boolean;
}

export class OutputSink {
  readonly #self: SinkSelf;
  #plan: SinkPlan;
  readonly #graceEndsUs: number;
  #talk:
    | Conversation<typeof driving.spec, "controller">
    | Envoy<typeof driving.spec, "controller">
    | undefined;
  #found = false;
  /** Why the last command was refused. */
  #refusal: string | undefined;

  constructor(self: SinkSelf, plan: SinkPlan, { graceUs }: SinkOptions) {
    this.#self = self;
    this.#plan = plan;
    this.#graceEndsUs = self.nowUs() + graceUs;
  }

  /** Commands by these times from now on; the output is the same. */
  replan(plan: SinkPlan): void {
    this.#plan = plan;
  }

  /** For the next version of this process' code. Throws for an output of another board: an envoy speaks with it. */
  snapshot(): TalkSnapshot | undefined {
    if (this.#talk instanceof Envoy)
      throw new Error(
        `${this.#plan.output.device} is commanded through an envoy, which cannot be handed over`,
      );
    return this.#talk?.over === false ? this.#talk.snapshot() : undefined;
  }

  /** Goes on with what another version of this code, or this one before a trial, has left. */
  goOn(goesOn: TalkSnapshot | undefined): void {
    this.#talk = goesOn && continuedConversation(this.#self, driving, "controller", goesOn);
  }

  /** It may still come: nobody has to worry, and nothing is driven. Never so for an output of this board. */
  get isAwaited(): boolean {
    if (this.#plan.output.abroad === undefined || this.#found || this.#self.nowUs() >= this.#graceEndsUs)
      return false;
    this.#found = this.#whereis() !== undefined;
    return !this.#found;
  }

  /** Why it does not follow, in one line; `undefined` while it does. Always so for an output of this board, which says it itself. */
  get trouble(): string | undefined {
    const { abroad, device } = this.#plan.output;
    if (abroad === undefined) return undefined;
    if (this.#whereis() !== undefined) return this.#refusal;
    return whyNoDoor(this.#self, abroad, device, "command");
  }

  /** Commands it for `commandForMs`. Without effect while it is out of reach. */
  drive({ level, sampledAtUs, fresh }: Drive): void {
    const { id, output, commandForMs, job } = this.#plan;
    if (this.#talk === undefined || this.#talk.over) {
      const pid = this.#whereis();
      this.#refusal = undefined;
      this.#talk = pid && this.#open(pid);
    }
    const deadlineUs =
      output.abroad === undefined
        ? // What was acted on before is not late because it is old: only a new sample has a way to the line.
          (fresh ? sampledAtUs : this.#self.nowUs()) + job.deadlineUs
        : // An envoy that comes to it late still says it: how old it may be over there is the link's matter.
          this.#self.nowUs() + commandForMs * 1000;
    this.#talk?.send(
      { type: "drive", controller: id, level, forMs: commandForMs, sampledAtUs, fresh },
      { deadlineUs },
    );
  }

  /** `undefined` for a message that is not of the output. An answer from another board has the time it came here. */
  take(message: unknown): DriveAnswer | DownMessage | undefined {
    const heard = this.#talk?.take(message);
    if (heard?.type === "driven") this.#refusal = undefined;
    // What the guardian keeps from it for a while is no trouble between boards.
    if (heard?.type === "refused") this.#refusal = heard.code === "policy" ? undefined : heard.reason;
    if (heard?.type !== "driven" || this.#plan.output.abroad === undefined) return heard;
    return { ...heard, atUs: this.#self.nowUs() };
  }

  #open(pid: Pid) {
    if (this.#plan.output.abroad === undefined)
      return openConversation(this.#self, driving, "controller", pid);
    return new Envoy(this.#self, driving, "controller", pid);
  }

  #whereis() {
    const { abroad, device } = this.#plan.output;
    return abroad === undefined ? this.#self.whereis(device) : doorOf(this.#self, abroad);
  }
}
