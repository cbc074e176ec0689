/** The section `realtime`: which cells get a real-time policy or a core of their own, and what that makes of the chain. */
import * as v from "valibot";
import { choice, whole } from "../../devices/field.ts";
import { RT_PRIORITY, type ThreadPlace } from "../../runtime/time/thread-place.ts";
import { cellName } from "./place-fields.ts";

const optional = v.exactOptional;

const cellSchema = v.strictObject({
  priority: optional(
    whole(
      "Real-time priority of its thread; higher goes first. Without it: only the core.",
      1,
      RT_PRIORITY.cellMost,
    ),
  ),
  policy: optional(
    choice("Among threads of the same priority: fifo: in turn; rr: a slice each. Default: fifo.", [
      "fifo",
      "rr",
    ]),
  ),
  core: optional(whole("Number of the core that its thread stays on.", 0, 1023)),
});

export const realtimeSchema = v.pipe(
  v.strictObject({
    cells: optional(
      v.pipe(
        v.record(cellName("A device or controller with a cell of its own, or a shared cell."), cellSchema),
        v.description("Threads with a place of their own."),
      ),
    ),
  }),
  v.description(
    "Real-time priorities, where the system grants them: guardian, watchdog and kernel are ahead of all cells.",
  ),
);

export type RealtimeConfig = v.InferOutput<typeof realtimeSchema>;

export interface RealtimePlan {
  /** Guardian, watchdog and kernel have real-time priorities. */
  readonly chain: boolean;
  readonly cells: Readonly<Record<string, ThreadPlace>>;
}

/** Nothing real-time unless the section is there. */
export function realtimePlan({ realtime }: { readonly realtime?: RealtimeConfig }): RealtimePlan {
  return { chain: realtime !== undefined, cells: realtime?.cells ?? {} };
}
