/**
 * The door of an output for processes of other boards: a process with a public name that speaks `driving` with them, as
 * the device does with the board's own controllers, and passes on what they may say.
 *
 * The device owns the lease: each command ends by itself, at the latest after `leaseMs`, unless it is renewed. A commander
 * that is known to have ended is released at once; one that is out of reach is not: it may live on over there and come
 * back in time, and otherwise its lease ends. Nobody else gets at the device: its pid stays on the board.
 */
import type { DriveAnswer, DriveMessage } from "../../devices/handler/contracts.ts";
import { driving } from "../../devices/handler/contracts.ts";
import { describeReason, type ExitReason, rootCause } from "../../runtime/process/exit-reason.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Conversation } from "../../runtime/protocol/conversation.ts";
import type { ConverseMessage, TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import { Conversations } from "../../runtime/protocol/conversations.ts";
import { isForeignMessage } from "../../runtime/protocol/foreign-message.ts";
import { openConversation } from "../../runtime/protocol/open-conversation.ts";
import { RateLimit } from "../../runtime/time/rate-limit.ts";
import { outputDoorName } from "./door-name.ts";
import { type RightsBook, rightsOf } from "./link-rights.ts";
import type { Offences } from "./offences.ts";

export interface OutputDoorPlan {
  /** The output behind it. */
  readonly device: string;
  /** Whose processes may command it. */
  readonly rights: RightsBook;
  /** Longest time that a command from there lasts without another one, ms. */
  readonly leaseMs: number;
}

type Outside = Conversation<typeof driving.spec, "device">;
type Refusal = Extract<DriveAnswer, { readonly type: "refused" }>;

/** Conversations that are held at a time: one commands, others ask. */
const MOST_TALKS = 16;
/** Commands that are passed on: a controller renews once in its period. */
const COMMANDS = { burst: 50, everyUs: 10_000 } as const;
/** Longest cause that is passed on, characters: what ended over there says what it likes. */
const LONGEST_WHY = 200;
/** As ids of controllers and names of boards are: nobody passes for somebody of another board. */
const NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** Until it is ended. `offences`: told of everybody who may not command it. */
export function* outputDoor(
  self: Self<TalkMessage>,
  plan: OutputDoorPlan,
  offences: Pick<Offences, "add">,
): ProcessGenerator {
  self.publish(outputDoorName(plan.device));
  const door = new Door(self, plan, offences);
  for (;;) door.take(yield* self.receive());
}

class Door {
  readonly #self: Self<TalkMessage>;
  readonly #plan: OutputDoorPlan;
  readonly #offences: Pick<Offences, "add">;
  readonly #outside: Conversations<typeof driving.spec, "device">;
  /** Who commands, or asks to, by name and board. */
  readonly #commanders = new Map<string, Outside>();
  readonly #commands = new RateLimit(COMMANDS.burst, COMMANDS.everyUs);
  #inside: Conversation<typeof driving.spec, "controller"> | undefined;

  constructor(self: Self<TalkMessage>, plan: OutputDoorPlan, offences: Pick<Offences, "add">) {
    this.#self = self;
    this.#plan = plan;
    this.#offences = offences;
    this.#outside = new Conversations(self, driving, "device");
  }

  take(message: unknown): void {
    // Whoever has its pid may have sent anything.
    if (!isForeignMessage(message)) return;
    const answer = this.#inside?.take(message);
    if (answer !== undefined) {
      // Where the device ended, nothing is left of what it was told; the next command finds the next one.
      if (answer.type !== "down") this.#commanders.get(answer.controller)?.send(outward(answer));
      return;
    }
    if (message.type === "converse") this.#opened(message);
    const said = this.#outside.take(message);
    if (said === undefined) return;
    const { heard, talk } = said;
    if (heard.type === "drive") this.#drive(talk, heard);
    else if (heard.type === "release") this.#left(talk, heard.why);
    else if (!mayLive(heard.reason)) this.#left(talk, `it ended: ${describeReason(heard.reason)}`);
    else this.#forget(talk);
  }

  #opened(opening: ConverseMessage): void {
    const { device, rights } = this.#plan;
    const isAllowed = rightsOf(rights, opening.from.board).command.includes(device);
    // Who only sees the door takes no place of those who may.
    const most = isAllowed ? MOST_TALKS : MOST_TALKS / 2;
    if (this.#outside.size >= most || !this.#outside.isFor(opening)) {
      const reason = { shutdown: `${device} listens to ${most} at most, in "driving"` };
      this.#self.send(opening.from, { type: "hangUp", talk: opening.talk, reason });
    } else this.#outside.accept(opening);
  }

  #drive(talk: Outside, message: DriveMessage): void {
    const { device, leaseMs } = this.#plan;
    const why = this.#whyNot(talk, message.controller);
    if (why !== undefined) {
      this.#refuse(talk, message.controller, why);
      return;
    }
    const controller = fullName(talk, message.controller);
    this.#commanders.set(controller, talk);
    if (this.#inside === undefined || this.#inside.over) {
      const pid = this.#self.whereis(device);
      this.#inside = pid && openConversation(this.#self, driving, "controller", pid);
    }
    this.#inside?.send({ ...message, controller, forMs: Math.min(message.forMs, leaseMs) });
  }

  #whyNot(talk: Outside, name: string): string | undefined {
    const { device, rights } = this.#plan;
    const { board } = talk.peer;
    if (!rightsOf(rights, board).command.includes(device)) return `${board} may not command ${device}`;
    if (!NAME.test(name)) return `"${name}" is no name of a controller`;
    if (!this.#commands.take(this.#self.nowUs())) return `${device} takes at most 100 commands a second`;
    const full = fullName(talk, name);
    for (const [as, other] of this.#commanders) {
      if (other === talk && as !== full) return `it commands ${device} as ${as} already`;
      if (as === full && other !== talk && !other.over)
        return `another process commands ${device} as ${full}`;
    }
    return undefined;
  }

  #refuse(talk: Outside, controller: string, reason: string): void {
    const refusal: Refusal = { type: "refused", controller, code: "notAllowed", reason };
    talk.send(refusal);
    const { device } = this.#plan;
    this.#offences.add("notAllowed", talk.peer.board, reason, { device });
  }

  /** Whoever commanded in it commands no more, for certain. */
  #left(talk: Outside, why: string): void {
    const said = why.slice(0, LONGEST_WHY);
    for (const controller of this.#forget(talk))
      this.#inside?.send({ type: "release", controller, why: said });
  }

  /** The names in which it commanded. */
  #forget(talk: Outside): string[] {
    const names = [...this.#commanders].filter(([, other]) => other === talk).map(([name]) => name);
    for (const name of names) this.#commanders.delete(name);
    return names;
  }
}

/** As the owner of the output, for people and for the device. */
function fullName({ peer }: Outside, name: string): string {
  return `${name}@${peer.board}`;
}

/** The name that it has at home. */
function outward(answer: DriveAnswer): DriveAnswer {
  return { ...answer, controller: answer.controller.slice(0, answer.controller.lastIndexOf("@")) };
}

/** Nobody can know: it is out of reach, or something it said was lost on the way. */
function mayLive(reason: ExitReason): boolean {
  const root = rootCause(reason);
  return (
    root === "noconnection" ||
    (typeof root === "object" && "contract" in root && root.contract.blame === "link")
  );
}
