/** The protocol that most tests speak: a client asks a meter, one question at a time. */
import { declareProtocol } from "../../../runtime/protocol/declare-protocol.ts";

export const meter = declareProtocol({
  name: "meter",
  sides: ["client", "meter"],
  start: "idle",
  states: {
    idle: {
      may: {
        client: {
          ask: { fields: { channel: { type: "int", min: 0, max: 3 } }, next: "asked" },
          bye: { next: "over" },
        },
      },
    },
    asked: {
      may: {
        meter: {
          answer: { fields: { volts: "number", note: { optional: "text" } }, next: "idle" },
          failed: { fields: { why: { enum: ["open", "short"] } }, next: "idle" },
        },
      },
      within: 50,
    },
    over: { final: true },
  },
});

/** Both sides speak at any time: samples one way, settings the other; then both leave in their own time. */
export const stream = declareProtocol({
  name: "stream",
  sides: ["sink", "source"],
  start: "open",
  states: {
    open: {
      may: {
        sink: { rate: { fields: { hz: "number" }, next: "open" }, stop: { next: "stopping" } },
        source: { sample: { fields: { n: "int" }, next: "open" } },
      },
    },
    stopping: {
      may: { source: { sample: { fields: { n: "int" }, next: "stopping" }, stopped: { next: "over" } } },
    },
    over: { final: true },
  },
});
