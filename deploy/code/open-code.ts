/** The code of a board's devices and controllers as its runtime has it: what they are started with, and who changes it. */
import type { ControllerPlan } from "../../devices/handler/device-plan.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { deskChild } from "../board/desk-child.ts";
import type { Placement } from "../config/placement.ts";
import type { PlansInForce } from "../reload/plans-in-force.ts";
import { codeDesk } from "./code-desk.ts";
import { CODE } from "./code-messages.ts";
import { LiveCode, type LiveCodeOptions, type WarmingKernel } from "./live-code.ts";
import { livePlace } from "./live-place.ts";
import { programIn } from "./live-record.ts";
import { keptProgram, whyNoLiveCode } from "./why-no-live-code.ts";

export interface OpenCodeOptions extends Pick<LiveCodeOptions, "tell"> {
  readonly kernel: WarmingKernel;
  /** `HOLDFAST_SLOTS`; empty: nowhere. */
  readonly slots: string;
  readonly placements: readonly Placement[];
  readonly controllers: readonly ControllerPlan[];
  readonly plans: PlansInForce;
  /** Whose driver is on trial. */
  readonly trials: ReadonlySet<string>;
  /** URL of the program beside the runtime. */
  readonly program: string;
}

/** `child`: its process, for the board's supervisor. */
export function openCode(options: OpenCodeOptions): { readonly code: LiveCode; readonly child: ChildSpec } {
  const { kernel, tell, placements, program } = options;
  const place = livePlace(options.slots);
  const code = new LiveCode({
    ...{ kernel, tell, later },
    cells: placements.flatMap(({ name, shared }) => (shared ? [] : [name])),
    program: keptProgram(place) ?? program,
  });
  const desk = codeDesk({
    code,
    programIn: (slot) => place && programIn(place, slot),
    whyNot: () => whyNoLiveCode({ ...options, place }),
  });
  return { code, child: deskChild(CODE, desk) };
}

function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
