/** What a kernel may ask of a cell, and what the cell answers. Plain data. No logic. */
import type { ProcessQuery } from "./cell-report.ts";
import type { CellReport, TraceEntry, TraceState } from "./report.ts";
import type { TraceOrder } from "./tracer.ts";

export type Inquiry =
  | { readonly ask: "processes"; readonly query: ProcessQuery }
  /** In place of the trace that runs, if one does. */
  | { readonly ask: "startTrace"; readonly order: TraceOrder }
  /** What was not read yet, at most `limit` entries. */
  | { readonly ask: "readTrace"; readonly limit: number }
  | { readonly ask: "stopTrace" };

export type CellAnswer =
  | { readonly is: "processes"; readonly report: CellReport }
  | { readonly is: "trace"; readonly entries: readonly TraceEntry[]; readonly state: TraceState | null }
  | { readonly is: "refused"; readonly why: string };

/** How an answer reaches who asked. */
export interface InspectedMessage {
  readonly type: "inspected";
  readonly ref: number;
  readonly cell: string;
  readonly incarnation: number;
  readonly answer: CellAnswer;
}
