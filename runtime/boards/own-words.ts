/** What a frame of another board asks for, and whether that board speaks for its own processes only: rights follow from who asks. */
import type { WirePid } from "../process/pid.ts";
import type { Frame, MessageFrame, PackedBody } from "../process/signal.ts";
import { isOf } from "./foreign-names.ts";
import type { BoardLife } from "./packet.ts";

/** What begins a request or a conversation: its `from` is answered, and may be asked for its rights. */
const ASKING: readonly unknown[] = ["call", "system", "converse", "testify"];

/**
 * False for a frame of `of` that comes from a process of another board, and for a request or a conversation that begins in
 * the name of one. So a request is never handed on to a further board: who got it asks there by itself.
 */
export function speaksForItself(frame: Frame, of: BoardLife | undefined): boolean {
  if (frame.kind !== "message") return isOf(frame.from, of);
  const { monitor, packed } = frame;
  if (monitor !== undefined && !isOf(monitor.from, of)) return false;
  const asker = askerIn(packed);
  return asker === undefined || isOf(asker, of);
}

/**
 * Why a request is not handed on. `late`: its time is over; whatever else has a deadline is wanted late as well. `notAllowed`:
 * it would stop a behaviour, show or change its state, or end it (`behaviour/system-message.ts`), which is its own board's business.
 */
export function whyUnheard(
  { packed, deadlineUs }: MessageFrame,
  nowUs: number,
): "late" | "notAllowed" | undefined {
  const { type } = (packed.body ?? {}) as { readonly type?: unknown };
  if (type === "system") return "notAllowed";
  return type === "call" && deadlineUs <= nowUs ? "late" : undefined;
}

/** The process that a request names as its sender; `undefined` for what is none. */
function askerIn({ body, placeholders, pids }: PackedBody): WirePid | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { type, from } = body as { readonly type?: unknown; readonly from?: unknown };
  if (!ASKING.includes(type)) return undefined;
  const at = placeholders.indexOf(from as object);
  return at < 0 ? undefined : pids[at];
}
