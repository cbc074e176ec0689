/**
 * The protocol between a cell of the runtime and the guardian, as data: what the frames of `frame.ts` may hold
 * and when. Each owner and epoch is one conversation; it begins with the grant.
 *
 * Requests and answers are matched by their number, not by states: a cell that gave up on an answer asks on,
 * so any number of them may cross. Which lines and buses a cell may use is a matter of rights, and whether a
 * level may be driven now one of policy: both are answered, neither breaks the contract.
 */
import { declareProtocol } from "../../runtime/protocol/declare-protocol.ts";
import type { Fields } from "../../runtime/protocol/schema.ts";

const U16 = { type: "int", min: 0, max: 0xffff } as const;
/** Longest write or read of one transfer, bytes. */
const LENGTH = { type: "int", min: 0, max: 256 } as const;
const LINE = { line: U16 } as const satisfies Fields;

/** What a cell may ask for. */
const REQUESTS = {
  write: { ...LINE, level: { type: "number", min: 0, max: 1 } },
  renew: LINE,
  read: LINE,
  pulses: LINE,
  transfer: {
    bus: U16,
    /** 7 bits. */
    address: { type: "int", min: 0, max: 127 },
    writes: LENGTH,
    reads: LENGTH,
  },
} as const satisfies Readonly<Record<string, Fields>>;

const ANSWER = { answer: { fields: { status: { type: "int", min: 0, max: 255 } } } } as const;
const EDGE = { edge: { fields: { ...LINE, level: { enum: [0, 1] }, atUs: "number" } } } as const;

export const guardianProtocol = declareProtocol({
  name: "guardian",
  sides: ["cell", "guardian"],
  start: "granted",
  states: {
    granted: {
      may: {
        cell: requests("granted"),
        guardian: {
          answer: { ...ANSWER.answer, next: "granted" },
          edge: { ...EDGE.edge, next: "granted" },
          fenced: { next: "fenced" },
        },
      },
    },
    fenced: {
      doc: "What the cell had on the way is still answered, with `fenced`.",
      may: {
        cell: requests("fenced"),
        guardian: { answer: { ...ANSWER.answer, next: "fenced" } },
      },
    },
  },
});

function requests<const Next extends string>(next: Next) {
  const to = <F extends Fields>(fields: F) => ({ fields, next });
  const { write, renew, read, pulses, transfer } = REQUESTS;
  return { write: to(write), renew: to(renew), read: to(read), pulses: to(pulses), transfer: to(transfer) };
}
