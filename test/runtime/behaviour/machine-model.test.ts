/** A state machine against a model of a few lines: what is handled in which state, in which order. */
import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { cast } from "../../../runtime/behaviour/call.ts";
import { stateMachineBody } from "../../../runtime/behaviour/state-machine.ts";
import type { StateMachineModule, Step } from "../../../runtime/behaviour/state-machine-module.ts";
import { spec } from "../../harness/spec.ts";
import { bench } from "./client.ts";

type StateName = "s0" | "s1" | "s2";
const STATES: readonly StateName[] = ["s0", "s1", "s2"];

/** What a state does with an event of one kind: put it off, stay, or go, and send itself events or not. */
interface Rule {
  readonly postpone: boolean;
  readonly next: number;
  readonly repeat: boolean;
  readonly sends: readonly number[];
}

interface Random {
  state: StateName;
  data: number;
  casts: { type: "event"; kind: number; id: string };
  internal: { kind: number; id: string };
}

const KINDS = 3;
const rule: fc.Arbitrary<Rule> = fc.record({
  postpone: fc.boolean(),
  next: fc.nat(STATES.length - 1),
  repeat: fc.boolean(),
  sends: fc.array(fc.nat(KINDS - 1), { maxLength: 2 }),
});
/**
 * rules[state][kind]. Who puts an event off goes only upwards and sends nothing: else two states could hand one
 * event to each other for ever.
 */
const rules = fc
  .array(fc.array(rule, { minLength: KINDS, maxLength: KINDS }), { minLength: 3, maxLength: 3 })
  .map((table) =>
    table.map((row, state) =>
      row.map((each) => (each.postpone ? { ...each, next: Math.max(state, each.next), sends: [] } : each)),
    ),
  );

interface Sent {
  readonly kind: number;
  readonly id: string;
  /** Own events beget none and are not put off, so that a run ends. */
  readonly own: boolean;
}

/** The model: one list of what comes next, one of what was put off. */
function model(table: readonly (readonly Rule[])[], sent: readonly Sent[]): string[] {
  const log = ["enter 0<0"];
  let state = 0;
  let postponed: Sent[] = [];
  const next: Sent[] = [];
  const mailbox = [...sent];
  for (;;) {
    const event = next.shift() ?? mailbox.shift();
    if (event === undefined) return log;
    log.push(`${state} ${event.id}`);
    const { postpone, next: to, repeat, sends } = table[state]![event.kind]!;
    const own = event.own ? [] : sends.map((kind, n) => ({ kind, id: `${event.id}.${n}`, own: true }));
    if (postpone && !event.own) postponed.push(event);
    if (to !== state) {
      next.unshift(...postponed);
      postponed = [];
      log.push(`enter ${to}<${state}`);
      state = to;
    } else if (repeat) {
      log.push(`enter ${state}<${state}`);
    }
    next.unshift(...own);
  }
}

function machine(table: readonly (readonly Rule[])[], log: string[]): StateMachineModule<Random> {
  const at = (state: StateName) => STATES.indexOf(state);
  const step = (state: StateName, { kind, id }: { kind: number; id: string }, own: boolean): Step<Random> => {
    log.push(`${at(state)} ${id}`);
    const { postpone, next, repeat, sends } = table[at(state)]![kind]!;
    return {
      ...(postpone && !own ? { postpone: true } : {}),
      ...(repeat ? { repeat: true } : {}),
      next: STATES[next]!,
      ...(own
        ? {}
        : {
            events: sends.map(
              (kind, n) => ({ type: "internal", event: { kind, id: `${id}.${n}` } }) as const,
            ),
          }),
    };
  };
  const handlers = {
    enter: (_: number, from: StateName, __: unknown, state: StateName) =>
      void log.push(`enter ${at(state)}<${at(from)}`),
  };
  return {
    name: "random",
    version: 1,
    init: () => ({ state: "s0", data: 0 }),
    states: { s0: handlers, s1: handlers, s2: handlers },
    common: {
      cast: { event: (_, event, __, state) => step(state, event, false) },
      internal: (_, event, __, state) => step(state, event, true),
    },
  };
}

spec("whatever the rules, events are handled in the order of the model, none lost, none doubled", () => {
  fc.assert(
    fc.property(rules, fc.array(fc.nat(KINDS - 1), { maxLength: 30 }), (table, kinds) => {
      const log: string[] = [];
      const hand = bench();
      const pid = hand.cell.spawn(stateMachineBody(machine(table, log)), [undefined]);
      hand.client(function* (self) {
        kinds.forEach((kind, n) => {
          cast(self, addressOf<StateMachineModule<Random>>(pid), { type: "event", kind, id: `${n}` });
        });
        yield* self.sleep(0);
      });
      hand.until(1);
      const sent = kinds.map((kind, n) => ({ kind, id: `${n}`, own: false }));
      assert.equal(log, model(table, sent));
      assert.is(hand.crashes.length, 0);
    }),
    { numRuns: 300 },
  );
});
