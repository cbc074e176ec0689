/** Which outputs of a running board a configuration would move, and why (SAFETY.md, Owners and ends). */
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { safeElectrical } from "../config/output-policy.ts";
import { devicePlans } from "../config/plan.ts";

/** An output as the board that runs tells it in `<device>/state`. */
export interface RunningOutput {
  readonly device: string;
  readonly output: OutputPlan;
  readonly ownedBy: string | null;
}

export interface Move {
  readonly line: string;
  readonly device: string;
  readonly why: string;
  /** Electrical: where it goes first. */
  readonly to: "high" | "low";
}

/** In the order of the running board, new outputs last; empty when no line moves. */
export function linesThatMove(config: BoardConfig, running: readonly RunningOutput[]): readonly Move[] {
  const wanted = devicePlans(config).flatMap(({ id, output, ownedBy = null }) =>
    output === undefined ? [] : [{ device: id, output, ownedBy }],
  );
  const moves = running.flatMap((old): Move[] => {
    const { line } = old.output;
    const next = wanted.find(({ output }) => output.line === line);
    const why = next === undefined ? "removed: it goes safe and stays requested" : difference(old, next);
    return why === undefined ? [] : [{ line, device: old.device, why, to: safeElectrical(old.output) }];
  });
  const known = new Set(running.map(({ output }) => output.line));
  const added = wanted.filter(({ output }) => !known.has(output.line));
  return [
    ...moves,
    ...added.map(({ device, output }): Move => {
      return {
        line: output.line,
        device,
        why: "new: it opens at its safe level",
        to: safeElectrical(output),
      };
    }),
  ];
}

function difference(old: RunningOutput, next: RunningOutput): string | undefined {
  const changes = [
    ...change("device", old.device, next.device),
    ...change("owner", ownerHere(old.ownedBy), next.ownedBy),
    ...[...new Set([...Object.keys(old.output), ...Object.keys(next.output)])].flatMap((field) =>
      change(field, old.output[field as keyof OutputPlan], next.output[field as keyof OutputPlan]),
    ),
  ];
  return changes.length === 0 ? undefined : `${changes.join(", ")}: it goes to its old safe level first`;
}

/** Who commands it from another board at present is no matter of the configuration. */
function ownerHere(ownedBy: string | null): string | null {
  return ownedBy?.includes("@") ? null : ownedBy;
}

function change(what: string, old: unknown, next: unknown): string[] {
  const [from, to] = [old, next].map((value) => JSON.stringify(value ?? null));
  return from === to ? [] : [`${what} ${from} becomes ${to}`];
}
