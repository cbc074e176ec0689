import type { Row } from "../rows.ts";

export interface KernelRow extends Row {
  /** Processor time of an operation, ours / peer's. */
  readonly cpuRatio: number | null;
  /** What the machine did meanwhile. */
  readonly noise: string;
}

const HEAD = ["", "work", "ours", "peer, its better configuration", "ratio", "of cpu", "goal", "machine"];

export function printTable(rows: readonly KernelRow[]): void {
  const lines = rows.map(({ met, work, ours, peer, ratio, cpuRatio, goal, noise }) =>
    [met ? "met" : "MISSED", work, ours, peer ?? "", ratio ?? "", cpuRatio ?? "", goal, noise].map(String),
  );
  const all = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  for (const line of all)
    console.log(
      line
        .map((part, column) => part.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
}
