/** Two processes of one cell ask and answer: bare, in a conversation that both parties check, or through a checker between them. */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { startContractChecker } from "../../../../runtime/protocol/contract-checker.ts";
import type { ConverseMessage } from "../../../../runtime/protocol/conversation-messages.ts";
import { declareProtocol } from "../../../../runtime/protocol/declare-protocol.ts";
import { acceptConversation, openConversation } from "../../../../runtime/protocol/open-conversation.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const QUESTIONS = 10_000;

const quiz = declareProtocol({
  name: "quiz",
  sides: ["client", "server"],
  start: "idle",
  states: {
    idle: { may: { client: { ask: { fields: { n: "int", level: "number", who: "text" }, next: "asked" } } } },
    asked: {
      within: 1000,
      may: { server: { answer: { fields: { n: "int", ok: "boolean" }, next: "idle" } } },
    },
  },
});

type Ask = { readonly type: "ask"; readonly n: number; readonly level: number; readonly who: string };
type Answer = { readonly type: "answer"; readonly n: number; readonly ok: boolean };
type From = { readonly type: "from"; readonly from: Pid };

/** Bare messages, or with `checked` through a checker between. */
export function* plain(
  self: Self<Answer>,
  { report, depth, checked }: Order & { readonly checked: boolean },
): ProcessGenerator {
  const client = self.pid;
  const server = self.spawn(answering, [depth]);
  // Whom each takes for the other.
  const seen = checked
    ? startContractChecker(self, quiz, { client, server })
    : { client: server, server: client };
  self.send(server, { type: "from", from: seen.server });
  const rounds = new Rounds(2 * QUESTIONS);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, asking(self, seen.client));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* asking(self: Self<Answer>, to: Pid): ProcessGenerator {
  for (let n = 0; n < QUESTIONS; n++) {
    self.send(to, { type: "ask", n, level: 0.5, who: "bench" });
    yield* self.receive("answer");
  }
}

function* answering(self: Self<Ask | From>, depth: number): ProcessGenerator {
  const { from } = yield* self.receive("from");
  yield* nested(depth - 2, answers(self, from));
}

function* answers(self: Self<Ask | From>, to: Pid): ProcessGenerator {
  for (;;) {
    const { n } = yield* self.receive("ask");
    self.send(to, { type: "answer", n, ok: true });
  }
}

/** Both parties check what they say and hear. */
export function* conversation(self: Self<Answer>, { report, depth }: Order): ProcessGenerator {
  const talk = openConversation(self, quiz, "client", self.spawn(conversing, [depth]));
  const rounds = new Rounds(2 * QUESTIONS);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, talking(talk));
  self.send(report, { type: "figure", figure: rounds.figure });
}

type Talk = ReturnType<typeof openConversation<typeof quiz.spec, "client">>;

function* talking(talk: Talk): ProcessGenerator {
  for (let n = 0; n < QUESTIONS; n++) {
    talk.send({ type: "ask", n, level: 0.5, who: "bench" });
    yield* talk.receive();
  }
}

function* conversing(self: Self<ConverseMessage>, depth: number): ProcessGenerator {
  const opening = yield* self.receive("converse");
  const talk = acceptConversation(self, quiz, "server", opening)!;
  yield* nested(depth - 2, replying(talk));
}

function* replying(
  talk: NonNullable<ReturnType<typeof acceptConversation<typeof quiz.spec, "server">>>,
): ProcessGenerator {
  for (;;) {
    const message = yield* talk.receive();
    if (message?.type !== "ask") return;
    talk.send({ type: "answer", n: message.n, ok: true });
  }
}
