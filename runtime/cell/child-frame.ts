/** What the kernel's process and the process of a child cell tell each other. */
import type { PortFrame } from "./control-frame.ts";
import type { InterruptedCode } from "./interrupted-code.ts";
import type { CellStart } from "./thread-start.ts";

/** A way between the cell and one life of another: `name/incarnation`. */
export type WayId = string;

export function wayId(cell: string, incarnation: number): WayId {
  return `${cell}/${incarnation}`;
}

/** Either direction. */
export type WayFrame =
  | { readonly type: "frame"; readonly way: WayId; readonly frame: PortFrame }
  /** So much of what came this way was taken by the one it was for. */
  | { readonly type: "credit"; readonly way: WayId; readonly messages: number; readonly bytes: number };

export type ToChild =
  | WayFrame
  | {
      readonly type: "start";
      readonly start: Omit<CellStart, "bell" | "progress" | "kernel">;
      readonly program: string;
      readonly heapMb: number;
      readonly event: boolean;
    }
  /** What does the cell's code do? Answered by `interrupted`. */
  | { readonly type: "interrupt"; readonly limitMs: number }
  /** Another cell is there now; frames for it and of it may follow. */
  | { readonly type: "up"; readonly cell: string; readonly incarnation: number };

export type FromChild =
  | WayFrame
  | { readonly type: "interrupted"; readonly code: InterruptedCode | undefined }
  /** The cell's progress words, every `BEAT_MS`. */
  | { readonly type: "beat"; readonly words: readonly number[] };

/**
 * How often a child shows its progress, ms. A hung cell in a child is seen this much later than one in a thread
 * at most, and the way to the kernel.
 */
export const BEAT_MS = 25;

/** A child that shows nothing for this long is taken for hung, us: twice what the kernel itself may be late. */
export const SILENCE_US = 500_000;
