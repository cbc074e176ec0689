/** Checks what a supervisor is made of, before it runs. */
import { type ChildRules, childSpecsProblems, isObject, isTime, list, show } from "./child-spec-check.ts";
import type { SupervisorFlags, SupervisorSpec } from "./supervisor-spec.ts";

const STRATEGIES = ["oneForOne", "oneForAll", "restForOne", "simpleOneForOne"];
const AUTO_SHUTDOWNS = ["never", "anySignificant", "allSignificant"];

/** Everything that is wrong with a supervisor's spec, its children's included; empty when nothing is. */
export function supervisorSpecProblems(spec: unknown): string[] {
  if (!isObject(spec)) return [`supervisor: ${show(spec)} is not a supervisor spec`];
  const { strategy, name, children, backoff, autoShutdown } = spec;
  const problems = flagProblems(spec);
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    problems.push(`name: found ${show(name)}, allowed is a text that is not empty`);
  }
  if (!STRATEGIES.includes(strategy as string)) {
    problems.push(`strategy: found ${show(strategy)}, allowed is ${list(STRATEGIES)}`);
  }
  if (backoff !== undefined) problems.push(...backoffProblems(backoff));
  problems.push(...childSpecsProblems(children, "children", childRules(spec as unknown as SupervisorSpec)));
  if (strategy !== "simpleOneForOne") return problems;
  if (Array.isArray(children) && children.length !== 1) {
    problems.push(`children: found ${children.length}, a simpleOneForOne has exactly one, its template`);
  }
  if (autoShutdown !== undefined && autoShutdown !== "never") {
    problems.push(`autoShutdown: found ${show(autoShutdown)}, a simpleOneForOne has no significant children`);
  }
  return problems;
}

/** What is wrong with the part that can be changed by message. */
export function flagProblems({ intensity, periodMs, autoShutdown }: Flags): string[] {
  const problems: string[] = [];
  if (intensity !== undefined && !(Number.isInteger(intensity) && (intensity as number) >= 0)) {
    problems.push(`intensity: found ${show(intensity)}, allowed is a whole number from 0`);
  }
  if (periodMs !== undefined && !(isTime(periodMs) && periodMs > 0)) {
    problems.push(`periodMs: found ${show(periodMs)}, allowed is a time above 0 in ms`);
  }
  if (autoShutdown !== undefined && !AUTO_SHUTDOWNS.includes(autoShutdown as string)) {
    problems.push(`autoShutdown: found ${show(autoShutdown)}, allowed is ${list(AUTO_SHUTDOWNS)}`);
  }
  return problems;
}

/** What the children of this supervisor may be; `dataOnly` for those that come by message. */
export function childRules(spec: SupervisorSpec, dataOnly = false): ChildRules {
  return {
    autoShutdown: spec.autoShutdown ?? "never",
    templates: Object.keys(spec.templates ?? {}),
    hasKernel: spec.kernel !== undefined,
    hasResolve: spec.resolve !== undefined,
    dataOnly,
  };
}

type Flags = { readonly [K in keyof SupervisorFlags]?: unknown };

function backoffProblems(backoff: unknown): string[] {
  if (!isObject(backoff)) return [`backoff: ${show(backoff)} is not { firstMs, longestMs, healthyMs }`];
  return (["firstMs", "longestMs", "healthyMs"] as const)
    .filter((name) => !isTime(backoff[name]))
    .map((name) => `backoff.${name}: found ${show(backoff[name])}, allowed is a time in ms`);
}
