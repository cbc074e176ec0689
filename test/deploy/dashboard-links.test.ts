import { equal, is } from "uvu/assert";
import {
  type Board,
  connectionChanged,
  type Dashboard,
  emptyDashboard,
  receive,
} from "../../deploy/dashboard/store/dashboard.ts";
import { decodeLinks, flowsBetween, linkState } from "../../deploy/dashboard/store/links.ts";
import { spec } from "../harness/spec.ts";

const start = Date.parse("2026-11-26T10:00:00.000Z");
const online = { phase: "online", session: 1, lastHeardMs: start, retryAtMs: null, refused: 0 } as const;

function after(
  messages: readonly (readonly [topic: string, payload: unknown])[],
  from?: Dashboard,
): Dashboard {
  return messages.reduce(
    (dashboard, [topic, payload]) =>
      receive(dashboard, "holdfast", {
        ...{ topic: `holdfast/${topic}`, text: JSON.stringify(payload) },
        ...{ retained: false, receivedMs: start },
      }),
    from ?? connectionChanged(emptyDashboard, online),
  );
}

const word = (up: boolean, cause: string | null = null) => ({
  up,
  since: null,
  cause,
  roundTripMs: up ? 2.1 : null,
});
const state = (fields: object) => ({ mode: "full", kind: "actuator", commands: {}, readings: {}, ...fields });

/** Both boards of the demo, the pump on under a lease of 15 s. */
const both = after([
  ["greenhouse/status", { state: "online" }],
  ["greenhouse/status/links", { schema: 1, peers: { "pump-house": word(true) } }],
  ["greenhouse/irrigation/state", state({ kind: "controller", drives: "pump@pump-house" })],
  ["greenhouse/thermostat/state", state({ kind: "controller", drives: "heater" })],
  ["pump-house/status", { state: "online" }],
  ["pump-house/status/links", { schema: 1, peers: { greenhouse: word(true) } }],
  [
    "pump-house/pump/state",
    state({ lease: { by: "irrigation@greenhouse", forMs: 15_000, remainingMs: 15_000 } }),
  ],
  ["pump-house/pump/on", { value: true, unit: "", quality: "good", at: null }],
]);

function of({ boards }: Dashboard): readonly [greenhouse: Board, pumpHouse: Board] {
  return [boards.greenhouse!, boards["pump-house"]!];
}

spec("links are read as they are told; what is none is left out", () => {
  const peers = {
    shed: { ...word(false, "silent"), since: "2026-11-26T10:00:00.000Z" },
    barn: { up: "yes" },
    x: 1,
  };
  equal(decodeLinks(JSON.stringify({ schema: 1, peers })), {
    shed: { up: false, sinceMs: start, cause: "silent", roundTripMs: null },
  });
  for (const text of ["", "null", "[]", '{"peers":[]}']) is(decodeLinks(text), undefined, text);
  is(after([["greenhouse/status/links", { peers: 1 }]]).unreadable, 1);
});

spec("a link is up, down, up on one side only, or nobody can say", () => {
  const [greenhouse, pumpHouse] = of(both);
  is(linkState(greenhouse, "pump-house", pumpHouse, online), "up");
  is(linkState(greenhouse, "pump-house", undefined, online), "up", "the other one has told nothing");
  is(linkState(greenhouse, "shed", undefined, online), "unknown");
  const down = after([["pump-house/status/links", { peers: { greenhouse: word(false, "silent") } }]], both);
  is(linkState(of(down)[1], "greenhouse", of(down)[0], online), "down");
  is(linkState(of(down)[0], "pump-house", of(down)[1], online), "oneWay");
  // What a board that is gone said last says nothing about its side.
  const gone = after([["pump-house/status", { state: "offline" }]], down);
  is(linkState(of(gone)[0], "pump-house", of(gone)[1], online), "up");
  is(linkState(of(gone)[1], "greenhouse", of(gone)[0], online), "unknown");
  is(linkState(greenhouse, "pump-house", pumpHouse, { ...online, phase: "lost" }), "unknown");
  is(linkState(greenhouse, "pump-house", pumpHouse, { ...online, session: 2 }), "unknown", "not heard since");
});

spec("what is commanded over a link is seen from both of its ends, with what is left of the lease", () => {
  const [greenhouse, pumpHouse] = of(both);
  const at = (ms: number) => ({ connection: online, nowMs: start + ms });
  const flow = {
    controller: "irrigation",
    device: "pump",
    on: true,
    lease: { forMs: 15_000, left: undefined },
  };
  equal(flowsBetween(greenhouse, "pump-house", pumpHouse, at(4000)), [{ ...flow, isOut: true }]);
  equal(flowsBetween(pumpHouse, "greenhouse", greenhouse, at(4000)), [{ ...flow, isOut: false }]);
  equal(flowsBetween(greenhouse, "shed", undefined, at(0)), []);
  // The next command is overdue: what is left counts down.
  const overdue = { by: "irrigation@greenhouse", forMs: 15_000, remainingMs: 8000 };
  const late = of(after([["pump-house/pump/state", state({ lease: overdue })]], both));
  equal(flowsBetween(late[0], "pump-house", late[1], at(3000))[0]!.lease, {
    forMs: 15_000,
    left: { ms: 5000, atMost: false },
  });
  const other = after(
    [["pump-house/pump/state", state({ lease: { by: "cleaning@shed", forMs: 9000, remainingMs: 9000 } })]],
    both,
  );
  equal(flowsBetween(of(other)[0], "pump-house", of(other)[1], at(0)), [
    { ...flow, isOut: true, lease: undefined },
  ]);
  const gone = after([["pump-house/status", { state: "offline" }]], both);
  equal(flowsBetween(of(gone)[0], "pump-house", of(gone)[1], at(0)), [
    { ...flow, isOut: true, on: undefined, lease: undefined },
  ]);
});
