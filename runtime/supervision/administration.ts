/** Carries out what a supervisor is asked for. Whatever takes time is answered later, by `Supervision`. */
import { Pid } from "../process/pid.ts";
import type { Caller, Child } from "./child.ts";
import type { DynamicChildSpec } from "./child-spec.ts";
import { childSpecProblems, childSpecsProblems, completeChildSpec, isObject } from "./child-spec-check.ts";
import type { Supervision } from "./supervision.ts";
import type {
  ChildCount,
  ChildInfo,
  ChildKey,
  Refusal,
  SupervisorCall,
  SupervisorChange,
  SupervisorRequest,
} from "./supervisor-request.ts";
import { childRules, flagProblems } from "./supervisor-spec-check.ts";

interface Refused {
  readonly ok: false;
  readonly error: Refusal;
}

export class Administration {
  readonly #supervision: Supervision;

  constructor(supervision: Supervision) {
    this.#supervision = supervision;
  }

  /** Anything may arrive here; what cannot be understood is refused. */
  call(call: SupervisorCall): void {
    const answer = this.#answer(call.request, call);
    if (answer !== undefined) this.#supervision.answers.reply(call, answer);
  }

  /** `undefined`: answered when it is done. */
  #answer(request: SupervisorRequest, caller: Caller): unknown {
    const { children } = this.#supervision;
    switch (request.kind) {
      case "which":
        return [...children].map(infoOf);
      case "count":
        return this.#count();
      case "start":
        return this.#start(request.spec, caller);
      case "startWith":
        return this.#startWith(request.args, caller);
      case "change":
        return this.#change(request.change);
    }
    if (!("child" in request)) return invalid(["unknown request"]);
    const child = this.#find(request.child);
    if ("error" in child) return child;
    switch (request.kind) {
      case "whichOne":
        return { ok: true, child: infoOf(child) };
      case "terminate":
        this.#supervision.terminate(child, caller);
        return undefined;
      case "restart":
        return this.#restart(child, caller);
      case "delete":
        if (child.state !== "idle") return refusedBecause(child);
        children.remove(child);
        return { ok: true };
      case "hold":
        child.spec = { ...child.spec, hold: request.on };
        return { ok: true };
      case "held":
        return child.held === undefined ? refused({ code: "notHeld" }) : { ok: true, report: child.held };
      case "release":
        if (child.state !== "held") return refused({ code: "notHeld" });
        this.#supervision.release(child);
        return { ok: true };
    }
  }

  #find(key: ChildKey): Child | Refused {
    const { children, simple } = this.#supervision;
    const isPid = key instanceof Pid;
    if (!isPid && simple) return refused({ code: "strategy" });
    return (
      (isPid || typeof key === "string" ? children.find(key) : undefined) ?? refused({ code: "notFound" })
    );
  }

  #start(spec: DynamicChildSpec, caller: Caller): Refused | undefined {
    const { children, simple, ending, spec: own } = this.#supervision;
    if (simple) return refused({ code: "strategy" });
    const problems = childSpecProblems(spec, "child", childRules(own, true));
    if (problems.length > 0) return invalid(problems);
    if (ending !== undefined) return refused({ code: "ending" });
    const present = children.find(spec.id);
    if (present?.pid !== undefined) return refused({ code: "alreadyStarted", pid: present.pid });
    if (present !== undefined) return refused({ code: "alreadyPresent" });
    this.#supervision.start(children.add(completeChildSpec(spec), []), "asked", caller);
    return undefined;
  }

  #startWith(args: readonly unknown[], caller: Caller): Refused | undefined {
    const { children, template, ending } = this.#supervision;
    if (template === undefined) return refused({ code: "strategy" });
    if (!Array.isArray(args)) return invalid(["args: not a list"]);
    if (ending !== undefined) return refused({ code: "ending" });
    this.#supervision.start(children.add(template, args), "asked", caller);
    return undefined;
  }

  #restart(child: Child, caller: Caller): Refused | undefined {
    if (this.#supervision.simple) return refused({ code: "strategy" });
    if (this.#supervision.ending !== undefined) return refused({ code: "ending" });
    if (child.state !== "idle") return refusedBecause(child);
    this.#supervision.start(child, "askedAgain", caller);
    return undefined;
  }

  #count(): ChildCount {
    const { children, simple } = this.#supervision;
    let supervisors = 0;
    for (const { spec } of children) if (spec.type === "supervisor") supervisors++;
    const workers = children.size - supervisors;
    return { specs: simple ? 1 : children.size, active: children.aliveCount, supervisors, workers };
  }

  #change(change: SupervisorChange): { readonly ok: true } | Refused {
    if (!isObject(change as unknown)) return invalid(["change: not an object"]);
    const { spec: own, simple } = this.#supervision;
    const { children = [], intensity, periodMs, autoShutdown } = change;
    const flags = {
      ...(intensity === undefined ? {} : { intensity }),
      ...(periodMs === undefined ? {} : { periodMs }),
      ...(autoShutdown === undefined ? {} : { autoShutdown }),
    };
    const problems = flagProblems(flags);
    problems.push(...childSpecsProblems(children, "children", childRules({ ...own, ...flags }, true)));
    if (simple && change.children !== undefined && children.length !== 1) {
      problems.push(`children: found ${children.length}, a simpleOneForOne has exactly one`);
    }
    if (simple && (autoShutdown ?? "never") !== "never") {
      problems.push("autoShutdown: a simpleOneForOne has no significant children");
    }
    if (problems.length > 0) return invalid(problems);
    this.#supervision.change(flags, children.map(completeChildSpec));
    return { ok: true };
  }
}

function infoOf({ spec, pid, state, restarts }: Child): ChildInfo {
  const { id, type, restart, shutdownMs, significant, hold } = spec;
  return { id, pid, state, type, restart, shutdownMs, significant, hold, restarts };
}

function refused(error: Refusal): Refused {
  return { ok: false, error };
}

function invalid(problems: readonly string[]): Refused {
  return refused({ code: "invalid", problems });
}

/** A child that is not idle is in the way of what was asked for. */
function refusedBecause({ state }: Child): Refused {
  if (state === "idle" || state === "running" || state === "starting") return refused({ code: "running" });
  return refused({ code: state });
}
