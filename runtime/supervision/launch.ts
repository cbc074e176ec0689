/** Starts the process or cell of a child, from code or from data. */
import { Pid } from "../process/pid.ts";
import { BAND } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { Child } from "./child.ts";
import type { StartResult } from "./child-spec.ts";
import type { SupervisorSpec } from "./supervisor-spec.ts";

/** Ready to be watched, or not wanted. */
export interface Launched {
  readonly pid: Pid | undefined;
  readonly info: unknown;
}

/** Throws what the start throws. */
export function launch(self: Self<never>, child: Child, supervisor: SupervisorSpec): Launched {
  const { spec, args } = child;
  const { start } = spec;
  if (typeof start === "function") return launched(start(self, ...(args as never[])));
  if ("template" in start) {
    const template = supervisor.templates?.[start.template];
    if (template === undefined) throw new Error(`no template "${start.template}"`);
    return launched(template(self, ...([...(start.args ?? []), ...args] as never[])));
  }
  // Whoever has to say that it is ready is told to whom.
  const toAcknowledge = spec.startMs === undefined ? [] : [self.pid];
  if ("cell" in start) {
    const { kernel, strategy } = supervisor;
    if (kernel === undefined) throw new Error("this supervisor has no kernel that starts cells");
    const { cell } = start;
    const name = strategy === "simpleOneForOne" ? `${cell.name}.${child.order}` : cell.name;
    return launched(kernel.startCell({ ...cell, name, args: [...cell.args, ...args, ...toAcknowledge] }));
  }
  const body = supervisor.resolve?.(start.body);
  if (body === undefined) throw new Error(`no body "${start.body.name}" of ${start.body.module}`);
  const all = [...(start.args ?? []), ...args, ...toAcknowledge] as never[];
  return launched(self.spawn(body, all, { label: spec.id, band: bandOf(child) }));
}

/** A supervisor's own band is for supervisors. */
function bandOf({ spec }: Child): number {
  return spec.type === "supervisor" ? BAND.system : BAND.normal;
}

function launched(result: StartResult): Launched {
  if (result === undefined || result instanceof Pid) return { pid: result, info: undefined };
  if (result.pid instanceof Pid) return result;
  throw new TypeError("a start gives a pid, { pid, info } or undefined");
}
