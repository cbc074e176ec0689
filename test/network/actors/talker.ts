/**
 * Processes that talk across boards at random: messages of all lengths, monitors both ways, links that come and go, and a life
 * that ends now and then.
 */
import type { LostMessage } from "../../../runtime/boards/lost-message.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { type Heard, Witness, type Word } from "./witness.ts";

export interface TalkPlan {
  /** Its public name. */
  readonly name: string;
  /** Public names of others, with their boards. */
  readonly peers: readonly string[];
  /** Longest time between two words, ms. */
  readonly everyMs: number;
  /** Longest message, characters. */
  readonly longest: number;
  /** Of so many words one is long, of so many one comes with a link, and after so many its life ends. */
  readonly oneIn: { readonly long: number; readonly link: number; readonly end: number };
}

type ActorSelf = Self<Word | LostMessage>;

/** Longest time that a link stays, and how long its process listens for a second signal after the first, ms. */
const TIE = { lastsMs: 8000, lingersMs: 6000 } as const;

/** Whoever ends is followed by another under the same name. */
export function* talkers(self: Self, plan: TalkPlan): ProcessGenerator {
  for (;;) {
    self.monitor(self.spawn(talker, [plan], { label: plan.name }));
    yield* self.receive("down");
  }
}

function* talker(self: ActorSelf, { name, peers, everyMs, longest, oneIn }: TalkPlan): ProcessGenerator {
  const witness = new Witness(self);
  const { draw } = witness;
  self.trapExit();
  self.publish(name);
  let nextUs = self.nowUs();
  while (draw(oneIn.end) > 0) {
    nextUs = self.nowUs() + (1 + draw(everyMs)) * 1000;
    for (;;) {
      const message = yield* self.receive(undefined, { untilUs: nextUs });
      if (message === undefined) break;
      witness.heard(message as Heard);
    }
    const to = self.whereis(peers[draw(peers.length)]!);
    if (to === undefined) continue;
    witness.watch(to);
    witness.send(to, "talk", { length: draw(draw(oneIn.long) === 0 ? longest : 100) });
    if (draw(oneIn.link) === 0) self.spawn(tie, [to], { label: `tie of ${name}` });
  }
  witness.write({ what: "ended" });
}

/** Is linked with `to` for a while. */
function* tie(self: ActorSelf, to: Pid): ProcessGenerator {
  const witness = new Witness(self);
  self.trapExit();
  witness.link(to);
  witness.send(to, "tied");
  const untilUs = self.nowUs() + witness.draw(TIE.lastsMs) * 1000;
  const first = yield* self.receive(undefined, { untilUs });
  if (first !== undefined) {
    witness.heard(first as Heard);
    const lingersUntilUs = self.nowUs() + TIE.lingersMs * 1000;
    for (;;) {
      const more = yield* self.receive(undefined, { untilUs: lingersUntilUs });
      if (more === undefined) break;
      witness.heard(more as Heard);
    }
  }
  witness.write({ what: "ended" });
}
