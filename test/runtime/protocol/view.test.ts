import * as assert from "uvu/assert";
import { View } from "../../../runtime/protocol/view.ts";
import { spec } from "../../harness/spec.ts";
import { meter, stream } from "./meter.ts";

const CLIENT = 0;
const METER = 1;

spec("a view follows what is said", () => {
  const view = new View(meter);
  assert.is(view.state.name, "idle");
  assert.is(view.step(CLIENT, { type: "ask", channel: 1 }), undefined);
  assert.is(view.state.name, "asked");
  assert.is(view.step(METER, { type: "answer", volts: 0.5 }), undefined);
  assert.is(view.state.name, "idle");
  assert.is(view.step(CLIENT, { type: "bye" }), undefined);
  assert.ok(view.state.final);
});

spec("what may not be said now is told with what may, and the view stays", () => {
  const view = new View(meter);
  assert.equal(view.step(METER, { type: "answer", volts: 1 }), {
    kind: "notAllowed",
    state: "idle",
    message: "answer",
    found: "answer (meter)",
    allowed: "ask (client), bye (client)",
  });
  assert.is(view.step(CLIENT, { type: "answer", volts: 1 })?.found, "answer (client)", "the other's words");
  assert.is(view.step(CLIENT, { type: "hello" })?.kind, "notAllowed");
  assert.is(view.state.name, "idle");
});

spec("what is no message at all is told as such", () => {
  const view = new View(meter);
  for (const nothing of [undefined, null, 7, "ask", {}, { type: 1 }, []]) {
    assert.is(view.step(CLIENT, nothing)?.message, "(no tag)");
  }
});

spec("a wrong field is told with its place, what was found and what is allowed", () => {
  const view = new View(meter);
  assert.equal(view.step(CLIENT, { type: "ask", channel: 4 }), {
    kind: "misfit",
    state: "idle",
    message: "ask",
    path: "message.channel",
    found: "4",
    allowed: "int 0..3",
  });
  assert.is(view.step(CLIENT, { type: "ask", channel: 1, more: 1 })?.found, 'a field "more"');
});

spec("after the end nothing may be said", () => {
  const view = new View(meter);
  view.step(CLIENT, { type: "bye" });
  assert.equal(view.step(CLIENT, { type: "bye" }), {
    kind: "over",
    state: "over",
    message: "bye",
    found: "bye (client)",
    allowed: "nothing",
  });
});

spec("messages that cross are right in both views, and both end in one state", () => {
  const sink = new View(stream);
  const source = new View(stream);
  const says = (view: View, side: 0 | 1, message: unknown) => assert.is(view.step(side, message), undefined);
  says(sink, 0, { type: "stop" });
  says(source, 1, { type: "sample", n: 1 });
  assert.equal([sink.state.name, source.state.name], ["stopping", "open"]);
  says(sink, 1, { type: "sample", n: 1 });
  says(source, 0, { type: "stop" });
  assert.equal([sink.state.name, source.state.name], ["stopping", "stopping"]);
});
