/** The outbox's process is killed with SIGKILL at random moments, and asked afterwards for what it had promised. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killTrial } from "../../deploy/outbox/kill-trial.ts";
import { progress, type Row } from "../rows.ts";
import type { BoardsBench, BoardsOptions } from "./bench.ts";

export const outboxKilled: BoardsBench = {
  name: "outbox killed",
  async run({ trials }: BoardsOptions): Promise<readonly Row[]> {
    const base = mkdtempSync(join(tmpdir(), "holdfast-bench-outbox-"));
    const sum = { put: 0, stored: 0, lost: 0, disordered: 0 };
    try {
      for (let trial = 1; trial <= trials; trial++) {
        const { put, stored, lost, disordered } = await killTrial(join(base, "outbox"), Math.random());
        sum.put += put;
        sum.stored += stored;
        sum.lost += lost.length;
        sum.disordered += disordered;
        progress("deaths", trial, trials);
      }
    } finally {
      rmSync(base, { recursive: true });
    }
    return [
      {
        work: `outbox: kill -9 at random moments, ${trials} times`,
        ours: `${sum.put} put, ${sum.stored} of them promised, ${sum.lost} of these lost, ${sum.disordered} out of order`,
        peer: null,
        ratio: null,
        goal: "0 lost",
        met: sum.lost === 0 && sum.disordered === 0 && sum.stored > 0,
      },
    ];
  },
};
