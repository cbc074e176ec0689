/**
 * The door of a device's readings for controllers of other boards: a process with a public name that speaks `observing`
 * with them. It follows the device as the board's own controllers do, and passes its samples on, each with its age: clocks
 * of boards are not compared.
 */
import { observing, type ReadingMessage, sampling } from "../../devices/handler/contracts.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Conversation } from "../../runtime/protocol/conversation.ts";
import type { ConverseMessage, TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import { Conversations } from "../../runtime/protocol/conversations.ts";
import { isForeignMessage } from "../../runtime/protocol/foreign-message.ts";
import { openConversation } from "../../runtime/protocol/open-conversation.ts";
import { readingDoorName } from "./door-name.ts";
import { type RightsBook, rightsOf } from "./link-rights.ts";
import type { Offences } from "./offences.ts";

export interface ReadingDoorPlan {
  readonly device: string;
  /** What it measures. */
  readonly readings: readonly string[];
  /** Whose processes may follow it. */
  readonly rights: RightsBook;
}

/** Shortest time between two samples of a reading on their way to another board, ms; a change of quality goes at once. */
export const PASSED_EVERY_MS = 500;

/** Followers at a time, of all readings together. */
const MOST_TALKS = 64;
/** How often a device that is not there is looked for, us. */
const RETRY_US = 1_000_000;

type Outside = Conversation<typeof observing.spec, "device">;

/** A reading that somebody follows. */
interface Followed {
  readonly followers: Set<Outside>;
  talk: Conversation<typeof sampling.spec, "controller"> | undefined;
  latest: ReadingMessage | undefined;
  passedAtUs: number;
}

/** Until it is ended. `offences`: told of everybody who may not follow it. */
export function* readingDoor(
  self: Self<TalkMessage>,
  plan: ReadingDoorPlan,
  offences: Pick<Offences, "add">,
): ProcessGenerator {
  self.publish(readingDoorName(plan.device));
  const door = new Door(self, plan, offences);
  for (;;) {
    const message = yield* self.receive(undefined, { untilUs: door.follow() });
    if (message !== undefined) door.take(message);
  }
}

class Door {
  readonly #self: Self<TalkMessage>;
  readonly #plan: ReadingDoorPlan;
  readonly #offences: Pick<Offences, "add">;
  readonly #outside: Conversations<typeof observing.spec, "device">;
  readonly #followed = new Map<string, Followed>();

  constructor(self: Self<TalkMessage>, plan: ReadingDoorPlan, offences: Pick<Offences, "add">) {
    this.#self = self;
    this.#plan = plan;
    this.#offences = offences;
    this.#outside = new Conversations(self, observing, "device");
  }

  /** Asks the device for what is followed and not told; when to look again, us. */
  follow(): number {
    const pid = this.#self.whereis(this.#plan.device);
    let isMissing = false;
    for (const [reading, followed] of this.#followed) {
      if (followed.talk?.over === false) continue;
      isMissing ||= pid === undefined;
      if (pid === undefined) continue;
      followed.talk = openConversation(this.#self, sampling, "controller", pid);
      followed.talk.send({ type: "subscribe", reading });
    }
    return isMissing ? this.#self.nowUs() + RETRY_US : Number.POSITIVE_INFINITY;
  }

  take(message: unknown): void {
    // Whoever has its pid may have sent anything.
    if (!isForeignMessage(message)) return;
    for (const followed of this.#followed.values()) {
      const heard = followed.talk?.take(message);
      if (heard?.type === "reading") this.#pass(followed, heard);
    }
    if (message.type === "converse") this.#opened(message);
    const said = this.#outside.take(message);
    if (said?.heard.type === "subscribe") this.#subscribe(said.talk, said.heard.reading);
    else if (said !== undefined) this.#left(said.talk);
  }

  #opened(opening: ConverseMessage): void {
    const { device, rights } = this.#plan;
    const isAllowed = rightsOf(rights, opening.from.board).read.includes(device);
    // Who only sees the door takes no place of those who may.
    const most = isAllowed ? MOST_TALKS : MOST_TALKS / 2;
    if (this.#outside.size < most && this.#outside.isFor(opening)) {
      this.#outside.accept(opening);
      return;
    }
    const reason = { shutdown: `${device} tells ${most} at most, in "observing"` };
    this.#self.send(opening.from, { type: "hangUp", talk: opening.talk, reason });
  }

  #subscribe(talk: Outside, reading: string): void {
    const { device, readings, rights } = this.#plan;
    const { board } = talk.peer;
    const isAllowed = rightsOf(rights, board).read.includes(device);
    if (!isAllowed) this.#offences.add("notAllowed", board, `${board} may not read ${device}`, { device });
    if (!isAllowed || !readings.includes(reading)) {
      const why = isAllowed ? `${device} measures no "${reading}"` : `${board} may not read ${device}`;
      this.#outside.close(talk, { shutdown: why });
      this.#left(talk);
      return;
    }
    const followed = this.#followed.get(reading) ?? unfollowed();
    this.#followed.set(reading, followed);
    followed.followers.add(talk);
    if (followed.latest !== undefined) talk.send(this.#sample(followed.latest));
  }

  #pass(followed: Followed, reading: ReadingMessage): void {
    const nowUs = this.#self.nowUs();
    const isNews = followed.latest?.quality !== reading.quality;
    followed.latest = reading;
    // A little less than the time itself: jobs are not released to the microsecond.
    if (!isNews && nowUs - followed.passedAtUs < PASSED_EVERY_MS * 900) return;
    followed.passedAtUs = nowUs;
    for (const talk of followed.followers) talk.send(this.#sample(reading));
  }

  #sample({ value, quality, sampledAtUs }: ReadingMessage) {
    const ageMs = Math.max(0, (this.#self.nowUs() - sampledAtUs) / 1000);
    return { type: "sample", value, quality, ageMs } as const;
  }

  #left(talk: Outside): void {
    for (const [reading, { followers, talk: inside }] of this.#followed) {
      if (!followers.delete(talk) || followers.size > 0) continue;
      inside?.close();
      this.#followed.delete(reading);
    }
  }
}

function unfollowed(): Followed {
  return { followers: new Set(), talk: undefined, latest: undefined, passedAtUs: Number.NEGATIVE_INFINITY };
}
