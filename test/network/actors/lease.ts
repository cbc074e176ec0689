/** One process orders, another on another board obeys for one lease after each order, or until the first one is gone. */
import type { LostMessage } from "../../../runtime/boards/lost-message.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { type Heard, Witness, type Word } from "./witness.ts";

type ActorSelf = Self<Word | LostMessage>;

export interface LeasePlan {
  readonly leaseMs: number;
  /** Between two orders, ms. */
  readonly everyMs: number;
}

/** Of so many orders one is the last before a pause of up to two leases. */
const PAUSE_ONE_IN = 20;

/** `holder`: public name of whom it commands, with its board. */
export function* commander(
  self: ActorSelf,
  holder: string,
  { leaseMs, everyMs }: LeasePlan,
): ProcessGenerator {
  const witness = new Witness(self);
  for (let waitMs = 0; ; ) {
    const untilUs = self.nowUs() + waitMs * 1000;
    for (;;) {
      const message = yield* self.receive(undefined, { untilUs });
      if (message === undefined) break;
      witness.heard(message as Heard);
    }
    waitMs = witness.draw(PAUSE_ONE_IN) === 0 ? witness.draw(2 * leaseMs) : everyMs;
    const to = self.whereis(holder);
    if (to === undefined) continue;
    witness.watch(to);
    witness.send(to, "order", { withinMs: 2 * everyMs });
  }
}

/** Its public name is `name`; has one commander at a time. */
export function* holder(self: ActorSelf, name: string, { leaseMs }: LeasePlan): ProcessGenerator {
  const witness = new Witness(self);
  self.publish(name);
  let by: string | undefined;
  let untilUs = Number.POSITIVE_INFINITY;
  const off = (why: "expired" | "commanderDown") => {
    witness.write({ what: "off", why });
    by = undefined;
    untilUs = Number.POSITIVE_INFINITY;
  };
  for (;;) {
    const message = (yield* self.receive(undefined, { untilUs })) as Heard | undefined;
    if (message === undefined || untilUs <= self.nowUs()) off("expired");
    if (message === undefined) continue;
    witness.heard(message);
    if (message.type === "word") {
      by = witness.idOf(message.from);
      untilUs = self.nowUs() + leaseMs * 1000;
      witness.write({ what: "renewed", by, n: message.n });
    } else if (message.type === "down" && witness.idOf(message.pid) === by) off("commanderDown");
  }
}
