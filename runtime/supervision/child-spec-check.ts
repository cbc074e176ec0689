/**
 * Checks child specs, wherever they come from: written in code, or sent by another process. Every problem is
 * told at once with its path, what was found and what is allowed.
 */
import type { ChildSpec, CompleteChildSpec } from "./child-spec.ts";
import type { AutoShutdown } from "./supervisor-spec.ts";

const RESTARTS = ["permanent", "transient", "temporary"];
const TYPES = ["worker", "supervisor"];
const DEFAULT_SHUTDOWN_MS = 2000;

/** What the supervisor allows its children. */
export interface ChildRules {
  readonly autoShutdown: AutoShutdown;
  readonly templates: readonly string[];
  readonly hasKernel: boolean;
  readonly hasResolve: boolean;
  /** Only starts that are data: the spec came by message. */
  readonly dataOnly: boolean;
}

/** What is wrong with `spec`; empty when nothing is. `at` begins each path. */
export function childSpecProblems(spec: unknown, at: string, rules: ChildRules): string[] {
  if (!isObject(spec)) return [`${at}: ${show(spec)} is not a child spec`];
  const { id, start, restart, shutdownMs, type, startMs, significant, hold } = spec;
  const problems: string[] = [];
  const check = (ok: boolean, name: string, found: unknown, allowed: string) => {
    if (!ok) problems.push(`${at}.${name}: found ${show(found)}, allowed is ${allowed}`);
  };
  check(typeof id === "string" && id !== "", "id", id, "a text that is not empty");
  problems.push(...startProblems(start, `${at}.start`, rules));
  check(restart === undefined || RESTARTS.includes(restart as string), "restart", restart, list(RESTARTS));
  check(type === undefined || TYPES.includes(type as string), "type", type, list(TYPES));
  check(
    shutdownMs === undefined || shutdownMs === "brutal" || isTime(shutdownMs) || shutdownMs === "infinite",
    "shutdownMs",
    shutdownMs,
    'a time in ms, "brutal" or "infinite"',
  );
  check(
    shutdownMs !== "infinite" || type === "supervisor",
    "shutdownMs",
    shutdownMs,
    "a time or brutal for a worker: nobody waits for it without a limit",
  );
  check(
    startMs === undefined || (isTime(startMs) && startMs > 0),
    "startMs",
    startMs,
    "a time above 0 in ms",
  );
  check(isFlag(significant), "significant", significant, "true or false");
  check(isFlag(hold), "hold", hold, "true or false");
  check(
    hold !== true || restart !== "temporary",
    "hold",
    true,
    "false for a temporary child: it is forgotten",
  );
  if (significant === true) {
    check(
      restart === "transient" || restart === "temporary",
      "significant",
      true,
      "false for a permanent child: it never ends for good",
    );
    check(rules.autoShutdown !== "never", "significant", true, 'false while autoShutdown is "never"');
  }
  return problems;
}

/** All specs of one supervisor: each by itself, and no id twice. */
export function childSpecsProblems(specs: unknown, at: string, rules: ChildRules): string[] {
  if (!Array.isArray(specs)) return [`${at}: ${show(specs)} is not a list of child specs`];
  const ids = new Map<unknown, number>();
  return specs.flatMap((spec: unknown, n) => {
    const problems = childSpecProblems(spec, `${at}[${n}]`, rules);
    const id = isObject(spec) ? spec.id : undefined;
    const former = ids.get(id);
    if (id !== undefined && former !== undefined) {
      problems.push(`${at}[${n}].id: "${id}" is the id of ${at}[${former}] already`);
    }
    ids.set(id, n);
    return problems;
  });
}

export function completeChildSpec(spec: ChildSpec): CompleteChildSpec {
  const type = spec.type ?? "worker";
  return {
    id: spec.id,
    start: spec.start,
    restart: spec.restart ?? "permanent",
    shutdownMs: spec.shutdownMs ?? (type === "supervisor" ? "infinite" : DEFAULT_SHUTDOWN_MS),
    type,
    startMs: spec.startMs,
    significant: spec.significant ?? false,
    hold: spec.hold ?? false,
  };
}

function startProblems(start: unknown, at: string, rules: ChildRules): string[] {
  if (typeof start === "function") {
    return rules.dataOnly ? [`${at}: a function cannot come by message`] : [];
  }
  if (!isObject(start)) {
    const forms = "{ template }, { cell } or { body }";
    return [`${at}: found ${show(start)}, allowed is ${rules.dataOnly ? forms : `a function, ${forms}`}`];
  }
  if ("args" in start && start.args !== undefined && !Array.isArray(start.args)) {
    return [`${at}.args: found ${show(start.args)}, allowed is a list`];
  }
  if ("template" in start) {
    if (rules.templates.includes(start.template as string)) return [];
    return [`${at}.template: found ${show(start.template)}, known are ${list(rules.templates) || "none"}`];
  }
  if ("cell" in start) {
    if (!rules.hasKernel) return [`${at}.cell: this supervisor has no kernel that starts cells`];
    const { cell } = start;
    const ok =
      isObject(cell) && typeof cell.name === "string" && isRef(cell.body) && Array.isArray(cell.args);
    return ok ? [] : [`${at}.cell: ${show(cell)} is not { name, body: { module, name }, args }`];
  }
  if ("body" in start) {
    if (!rules.hasResolve) return [`${at}.body: this supervisor cannot resolve exports`];
    return isRef(start.body) ? [] : [`${at}.body: ${show(start.body)} is not { module, name }`];
  }
  return [`${at}: has none of template, cell, body`];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A finite time from 0, ms. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value !== Number.POSITIVE_INFINITY;
}

/** A value as a problem shows it: short, whatever it is. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(value).slice(0, 60);
  return typeof value === "object" && value !== null
    ? Array.isArray(value)
      ? "a list"
      : "an object"
    : String(value);
}

export function list(words: readonly string[]): string {
  return words.join(", ");
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === "boolean";
}

function isRef(value: unknown): boolean {
  return isObject(value) && typeof value.module === "string" && typeof value.name === "string";
}
