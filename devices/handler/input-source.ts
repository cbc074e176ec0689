/**
 * The input of a controller as the controller has it: a reading of a device that is found by name. After a restart of
 * that, or of its link, it is another process, and is asked again.
 */
import type { Self } from "../../runtime/process/self.ts";
import type { Conversation, Talker, TalkSnapshot } from "../../runtime/protocol/conversation.ts";
import { continuedConversation, openConversation } from "../../runtime/protocol/open-conversation.ts";
import { doorOf, whyNoDoor } from "./abroad.ts";
import { observing, type ReadingMessage, sampling } from "./contracts.ts";
import type { ControlledInput } from "./device-plan.ts";
import { Envoy } from "./envoy.ts";

/** What it needs of the controller's process. */
export type SourceSelf = Talker & Pick<Self, "whereis">;

export interface SourceSnapshot {
  readonly talk: TalkSnapshot | undefined;
  readonly isFirst: boolean;
}

export interface Sampled {
  readonly reading: ReadingMessage;
  /** The first one since it was asked for may have been measured long before. */
  readonly isFirst: boolean;
}

export class InputSource {
  readonly #self: SourceSelf;
  readonly #input: ControlledInput;
  #here: Conversation<typeof sampling.spec, "controller"> | undefined;
  #there: Envoy<typeof observing.spec, "controller"> | undefined;
  #isFirst = true;

  constructor(self: SourceSelf, input: ControlledInput) {
    this.#self = self;
    this.#input = input;
  }

  /** Once a period: asks for the reading where nobody follows. */
  follow(): void {
    const { device, reading, abroad } = this.#input;
    if (this.#here?.over === false || this.#there?.over === false) return;
    const pid = abroad === undefined ? this.#self.whereis(device) : doorOf(this.#self, abroad);
    if (pid === undefined) return;
    this.#isFirst = true;
    if (abroad === undefined) {
      this.#here = openConversation(this.#self, sampling, "controller", pid);
      this.#here.send({ type: "subscribe", reading });
    } else {
      this.#there = new Envoy(this.#self, observing, "controller", pid);
      this.#there.send({ type: "subscribe", reading });
    }
  }

  /** `undefined` for a message that is no sample. What came from another board has its age by the clock of this one. */
  take(message: unknown): Sampled | undefined {
    const reading = this.#readingIn(message);
    if (reading === undefined) return undefined;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return { reading, isFirst };
  }

  /** For the next version of this process' code. Throws for a device of another board: an envoy speaks with it. */
  snapshot(): SourceSnapshot {
    if (this.#there !== undefined)
      throw new Error(`${this.#input.device} is read through an envoy, which cannot be handed over`);
    const talk = this.#here?.over === false ? this.#here.snapshot() : undefined;
    return { talk, isFirst: this.#isFirst };
  }

  /** Goes on with what another version of this code, or this one before a trial, has left. */
  goOn({ talk: goesOn, isFirst }: SourceSnapshot): void {
    this.#isFirst = isFirst;
    this.#here = goesOn && continuedConversation(this.#self, sampling, "controller", goesOn);
  }

  /** Why nothing comes from another board, in one line; `undefined` while it is there, and for a device of this one. */
  get trouble(): string | undefined {
    const { abroad, device } = this.#input;
    if (abroad === undefined || doorOf(this.#self, abroad) !== undefined) return undefined;
    return whyNoDoor(this.#self, abroad, device, "read");
  }

  #readingIn(message: unknown): ReadingMessage | undefined {
    const { device, reading } = this.#input;
    const heard = this.#here?.take(message);
    if (heard?.type === "reading") return heard;
    const told = this.#there?.take(message);
    if (told?.type !== "sample") return undefined;
    const { value, quality, ageMs } = told;
    const sampledAtUs = this.#self.nowUs() - ageMs * 1000;
    return { type: "reading", device, reading, value, quality, sampledAtUs };
  }
}
