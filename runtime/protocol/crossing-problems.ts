/**
 * Messages that may cross. Where both sides may speak, each may say something before it hears the other: then
 * one party has seen `a, b` and the other `b, a`. Both orders have to be allowed and to end in the same state.
 *
 * It is enough to look at pairs: when every pair that may cross closes its square, any number of messages under
 * way in both directions does (strong confluence), so two honest parties never disagree for good.
 */
import type { MessageSpec, ProtocolSpec } from "./protocol.ts";
import { printFields } from "./schema.ts";

/** Pairs that do not commute. The states MUST hang together. */
export function crossingProblems({ sides: [left, right], states }: ProtocolSpec): string[] {
  const problems: string[] = [];
  const may = (state: string, side: string, tag: string) => states[state]!.may?.[side]?.[tag];
  for (const [name, { may: here = {} }] of Object.entries(states)) {
    for (const [a, afterA] of Object.entries(here[left] ?? {})) {
      for (const [b, afterB] of Object.entries(here[right] ?? {})) {
        const where = `state ${name}: ${left}'s ${a} and ${right}'s ${b} may cross`;
        const then = may(afterA.next, right, b);
        const other = may(afterB.next, left, a);
        if (then === undefined) {
          problems.push(`${where}, but after ${a} (state ${afterA.next}) ${right} may not say ${b}`);
        } else if (other === undefined) {
          problems.push(`${where}, but after ${b} (state ${afterB.next}) ${left} may not say ${a}`);
        } else if (then.next !== other.next) {
          problems.push(`${where}, but ${a}, ${b} leads to ${then.next} and ${b}, ${a} to ${other.next}`);
        } else if (!sameShape(afterB, then) || !sameShape(afterA, other)) {
          problems.push(`${where}, but their fields are not the same on both ways`);
        }
      }
    }
  }
  return problems;
}

function sameShape({ fields: a = {} }: MessageSpec, { fields: b = {} }: MessageSpec): boolean {
  return a === b || printFields(a) === printFields(b);
}
