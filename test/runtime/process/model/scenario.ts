/** Random orders to puppets, for fast-check: small numbers, so that processes meet and failures shrink. */
import fc from "fast-check";
import type { Op } from "./puppet.ts";

export interface Order {
  readonly who: number;
  readonly ops: readonly Op[];
}

const to = fc.nat(7);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("link" as const), to }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("unlink" as const), to }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("monitor" as const), to }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("demonitor" as const), nth: fc.nat(5) }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("send" as const), to }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("trap" as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("kill" as const), to }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("spawn" as const), linked: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("take" as const) }) },
  { weight: 1, arbitrary: fc.constantFrom<Op>({ op: "finish" }, { op: "crash" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant("exit" as const),
      to,
      how: fc.constantFrom("normal" as const, "shutdown" as const, "tagged" as const),
    }),
  },
);

/** Orders; `ops` in one order are done without a wait between them. */
export const orders: fc.Arbitrary<Order[]> = fc.array(
  fc.record({ who: fc.nat(7), ops: fc.array(op, { minLength: 1, maxLength: 4 }) }),
  { minLength: 1, maxLength: 30 },
);

/**
 * As `orders`, without what only the model of one cell can predict: exits that a receiver cannot name, and
 * messages taken out of their turn.
 */
export const namedOrders: fc.Arbitrary<Order[]> = orders.map((all) =>
  all.map(({ who, ops }) => ({
    who,
    ops: ops
      .filter((one) => one.op !== "take")
      .map((one) => (one.op === "exit" ? { ...one, how: "tagged" as const } : one)),
  })),
);
