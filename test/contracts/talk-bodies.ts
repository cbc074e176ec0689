/** First processes of cells that speak a protocol with each other, for better or worse. */
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Heard } from "../../runtime/protocol/conversation.ts";
import type { ConverseMessage, SaidMessage } from "../../runtime/protocol/conversation-messages.ts";
import { acceptConversation, openConversation } from "../../runtime/protocol/open-conversation.ts";
import { meter, stream } from "../runtime/protocol/meter.ts";
import { REPORT } from "./cell-bodies.ts";

/** Answers after `ms`, one conversation after the other. */
export function* metering(self: Self<ConverseMessage>, ms: number): ProcessGenerator {
  for (;;) {
    const talk = acceptConversation(self, meter, "meter", yield* self.receive("converse"))!;
    for (;;) {
      const message = yield* talk.receive();
      if (message?.type !== "ask") break;
      if (ms > 0) yield* self.sleep(ms);
      talk.send({ type: "answer", volts: message.channel / 2 });
    }
  }
}

/** Asks `count` times and says what it heard; `channel` 9 is none. */
export function* asking(self: Self, peer: Pid, count: number, channel: number): ProcessGenerator {
  const onMiss = ({ blame }: { blame: string }) => self.send(REPORT, `missed by ${blame}`);
  const talk = openConversation(self, meter, "client", peer, { onMiss });
  for (let n = 1; n <= count; n++) {
    talk.send({ type: "ask", channel });
    const heard = yield* talk.receive();
    if (heard?.type !== "answer") return yield* stayWith(self, heard);
  }
  talk.send({ type: "bye" });
  self.send(REPORT, `${count} answers, ${talk.state}`);
  yield* self.sleep(60_000);
}

function* stayWith(self: Self, heard: Heard<typeof meter.spec, "client"> | undefined): ProcessGenerator {
  self.send(REPORT, heard?.type === "down" ? `down: ${describeReason(heard.reason)}` : String(heard?.type));
  yield* self.sleep(60_000);
}

/** Says what the contract does not allow, without a checker. */
export function* lying(self: Self<ConverseMessage | SaidMessage>): ProcessGenerator {
  self.trapExit();
  const { from, talk } = yield* self.receive("converse");
  yield* self.receive("said");
  const said: SaidMessage = { type: "said", talk, seq: 1, message: { type: "answer", volts: "many" } };
  self.send(from, said);
  for (;;) yield* self.receive();
}

/** Sends `count` samples as fast as it may, then goes on until it is told to stop. */
export function* streaming(self: Self<ConverseMessage>, count: number): ProcessGenerator {
  const talk = acceptConversation(self, stream, "source", yield* self.receive("converse"))!;
  let rates = 0;
  for (let n = 0; talk.state === "open"; n++) {
    talk.send({ type: "sample", n });
    const heard = yield* talk.receive({ within: n < count ? 0 : 1 });
    if (heard?.type === "rate") rates++;
  }
  talk.send({ type: "stopped" });
  self.send(REPORT, `heard ${rates} rates`);
}

/** Says `count` rates while it hears samples, then stops; whatever crosses is in order. */
export function* sinking(self: Self, peer: Pid, count: number): ProcessGenerator {
  const talk = openConversation(self, stream, "sink", peer);
  let next = 0;
  for (let n = 0; ; ) {
    if (n < count) talk.send({ type: "rate", hz: n++ });
    else if (talk.state === "open") talk.send({ type: "stop" });
    const heard = yield* talk.receive();
    if (heard?.type === "stopped") break;
    if (heard?.type !== "sample" || heard.n !== next++) {
      self.send(REPORT, `not in order: ${heard?.type}`);
      return;
    }
  }
  self.send(REPORT, next >= count ? "all samples in order" : `${next} samples`);
  yield* self.sleep(60_000);
}

/** As `metering`, but as soon as somebody converses another process keeps the processor for `ms`. */
export function* hogged(self: Self<ConverseMessage>, ms: number): ProcessGenerator {
  const talk = acceptConversation(self, meter, "meter", yield* self.receive("converse"))!;
  self.spawn(hog, [ms], { band: BAND.critical });
  for (;;) {
    const message = yield* talk.receive();
    if (message?.type !== "ask") return;
    yield* self.sleep(1);
    talk.send({ type: "answer", volts: 1 });
  }
}

function* hog(self: Self, ms: number): ProcessGenerator {
  const endUs = self.nowUs() + ms * 1000;
  while (self.nowUs() < endUs) {
    const sliceUs = self.nowUs() + 1000;
    while (self.nowUs() < sliceUs);
    self.send(self.pid, { type: "go" });
    yield* self.receive();
  }
}
