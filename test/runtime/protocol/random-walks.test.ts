import fc from "fast-check";
import * as assert from "uvu/assert";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import { exportPid, importPid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Conversation } from "../../../runtime/protocol/conversation.ts";
import type { ConverseMessage, SaidMessage } from "../../../runtime/protocol/conversation-messages.ts";
import type { Protocol, SideNumber } from "../../../runtime/protocol/declare-protocol.ts";
import { acceptConversation, openConversation } from "../../../runtime/protocol/open-conversation.ts";
import type { ProtocolSpec } from "../../../runtime/protocol/protocol.ts";
import { View } from "../../../runtime/protocol/view.ts";
import { spec } from "../../harness/spec.ts";
import { linkedCells } from "./linked-cells.ts";
import { randomProtocol, SIDES } from "./random-protocol.ts";

interface Word {
  readonly type: string;
  readonly n: unknown;
}

/** What a step of a walk does: a side says something, or hears the oldest that is on its way to it. */
const steps = fc.array(fc.record({ side: fc.nat(1), hears: fc.boolean(), pick: fc.nat(10) }), {
  minLength: 1,
  maxLength: 60,
});

/** Two parties, their views, and what is on its way. */
class Walk {
  readonly views: readonly [View, View];
  readonly #underWay: readonly [Word[], Word[]] = [[], []];

  constructor(protocol: Protocol) {
    this.views = [new View(protocol), new View(protocol)];
  }

  /** Something that this side may say now, if it may say anything. */
  choose(side: SideNumber, pick: number): Word | undefined {
    const tags = [...this.views[side]!.state.may[side].keys()];
    return tags.length === 0 ? undefined : { type: tags[pick % tags.length]!, n: pick };
  }

  say(side: SideNumber, word: Word): void {
    assert.is(this.views[side]!.step(side, word), undefined);
    this.send(side, word);
  }

  /** Without a check. */
  send(side: SideNumber, word: Word): void {
    this.#underWay[side]!.push(word);
  }

  /** `side` hears; gives the breach. */
  hear(side: SideNumber) {
    const other = side === 0 ? 1 : 0;
    const word = this.#underWay[other]!.shift();
    return word === undefined ? undefined : this.views[side]!.step(other, word);
  }

  run(list: readonly { side: number; hears: boolean; pick: number }[]): void {
    for (const { side, hears, pick } of list) {
      if (hears) assert.is(this.hear(side as SideNumber), undefined);
      else {
        const word = this.choose(side as SideNumber, pick);
        if (word !== undefined) this.say(side as SideNumber, word);
      }
    }
  }

  drain(side: SideNumber): void {
    while (this.#underWay[side === 0 ? 1 : 0]!.length > 0) assert.is(this.hear(side), undefined);
  }
}

spec("honest parties are never blamed, whatever crosses, and end in the same state", () => {
  fc.assert(
    fc.property(randomProtocol, steps, (protocol, list) => {
      const walk = new Walk(protocol);
      walk.run(list);
      walk.drain(0);
      walk.drain(1);
      assert.is(walk.views[0].state, walk.views[1].state);
    }),
    { numRuns: 500 },
  );
});

spec(
  "a wrong word is always refused by the check of the one who says it, and by the other's when that has no check",
  () => {
    fc.assert(
      fc.property(randomProtocol, steps, fc.nat(1), fc.nat(20), (protocol, list, liar, pick) => {
        const side = liar as SideNumber;
        const other = side === 0 ? 1 : 0;
        const walk = new Walk(protocol);
        walk.run(list);
        const right = walk.choose(side, pick);
        const wrong = wordThatMayNot(protocol, walk.views[side]!, side, pick);
        for (const word of right === undefined ? [wrong] : [wrong, { ...right, n: "many" }]) {
          if (word === undefined) continue;
          const before = walk.views[side]!.state;
          const breach = walk.views[side]!.step(side, word);
          assert.ok(breach, "refused");
          assert.is(breach!.message, word.type);
          assert.is(breach!.state, before.name);
          assert.is(walk.views[side]!.state, before, "nothing was said");
        }
        // A field is wrong for both, in whatever state the other one is.
        if (right === undefined) return;
        walk.send(side, { ...right, n: "many" });
        let breach: ReturnType<Walk["hear"]>;
        for (let at = 0; at < 100 && breach === undefined; at++) breach = walk.hear(other);
        assert.equal([breach?.kind, breach?.path, breach?.found], ["misfit", "message.n", '"many"']);
      }),
      { numRuns: 500 },
    );
  },
);

/** A tag that this side may say somewhere, but not in the state it is in. */
function wordThatMayNot(protocol: Protocol, view: View, side: SideNumber, pick: number): Word | undefined {
  const { states } = protocol.spec;
  const tags = Object.values(states).flatMap(({ may }) => Object.keys(may?.[SIDES[side]!] ?? {}));
  const wrong = ["never", ...tags].filter((tag) => !view.state.may[side].has(tag));
  return wrong.length === 0 ? undefined : { type: wrong[pick % wrong.length]!, n: 1 };
}

/** What a speaker says: its script, and at its next word from which on it lies. */
interface Script {
  readonly side: (typeof SIDES)[number];
  readonly picks: readonly number[];
  readonly lieAt: number;
}

/** Says what its script picks, whenever it may, and hears in between. */
function* speak(
  self: Pick<Self, "send" | "sleep">,
  { spec }: Protocol,
  talk: Conversation<ProtocolSpec, string>,
  script: Script,
) {
  const { side, picks, lieAt } = script;
  let said = 0;
  for (const [at, pick] of picks.entries()) {
    const heard = yield* talk.receive({ within: pick % 4 });
    if (heard?.type === "down") return;
    const tags = Object.keys(spec.states[talk.state]?.may?.[side] ?? {});
    if (tags.length === 0) continue;
    const type = tags[pick % tags.length]!;
    if (at >= lieAt) {
      const lie: SaidMessage = { type: "said", talk: talk.key, seq: said + 1, message: { type, n: "many" } };
      self.send(talk.peer, lie);
      yield* self.sleep(10_000);
    }
    talk.send({ type, n: pick } as never);
    said++;
  }
  for (;;) if ((yield* talk.receive())?.type === "down") return;
}

/** Runs two processes of two cells, and tells who crashed. */
function converse(
  protocol: Protocol,
  picks: readonly [readonly number[], readonly number[]],
  delaysUs: readonly number[],
  lie?: { readonly side: SideNumber; readonly at: number },
) {
  const cells = linkedCells();
  const scripts = SIDES.map((side, at): Script => {
    return { side, picks: picks[at]!, lieAt: lie?.side === at ? lie.at : Infinity };
  });
  const right = cells.far.spawn(function* right(self: Self<ConverseMessage>): ProcessGenerator {
    const talk = acceptConversation(self, protocol, "right", yield* self.receive("converse"))!;
    yield* speak(self, protocol, talk, scripts[1]!);
  }, []);
  cells.near.spawn(function* left(self: Self): ProcessGenerator {
    const talk = openConversation(self, protocol, "left", importPid(exportPid(right)));
    yield* speak(self, protocol, talk, scripts[0]!);
  }, []);
  for (let at = 0; at < 200; at++) {
    cells.delayUs = delaysUs[at % delaysUs.length]!;
    cells.until(at);
  }
  return cells.crashes.map(({ label, reason }) => `${label}: ${describeReason(reason)}`);
}

const script = fc.array(fc.nat(20), { minLength: 1, maxLength: 40 });
const delays = fc.array(fc.nat(6000), { minLength: 1, maxLength: 20 });

spec("two honest processes of two cells are never blamed, however long their words take", () => {
  fc.assert(
    fc.property(randomProtocol, script, script, delays, (protocol, left, right, delaysUs) => {
      assert.equal(converse(protocol, [left, right], delaysUs), []);
    }),
    { numRuns: 60 },
  );
});

spec("one that lies once, without a check of its own, is the one that is stopped", () => {
  let lies = 0;
  fc.assert(
    fc.property(
      randomProtocol,
      script,
      script,
      delays,
      fc.nat(1),
      fc.nat(10),
      (protocol, left, right, us, who, at) => {
        const crashed = converse(protocol, [left, right], us, { side: who as SideNumber, at });
        if (crashed.length === 0) return; // It was never its turn to speak at that point.
        lies++;
        assert.is(crashed.length, 1);
        assert.match(
          crashed[0]!,
          new RegExp(`^${SIDES[who]}: contract random, state .* with message.n "many"; allowed: int$`),
        );
      },
    ),
    { numRuns: 100 },
  );
  assert.ok(lies > 20, `${lies} lies were told`);
});
