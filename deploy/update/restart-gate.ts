/** What stands against starting a board's machine again now, with the release that runs: the gate of an update without an update. */
import type { Overview } from "../board/overview.ts";
import { VERSION } from "../board/version.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { boardFacts } from "./board-facts.ts";
import { gate, levelReadBack, type RunningRelease } from "./gate.ts";

export interface RestartPlan {
  readonly config: BoardConfig;
  /** Rejects when the board does not answer. */
  readonly look: () => Promise<Pick<Overview, "devices">>;
  /** Undefined while the clock is not set. */
  readonly now: Date | undefined;
}

/** It stays the same: no level flips, nothing is older. */
const SAME: RunningRelease = { version: VERSION, created: "" };

/** Outputs that are not safe, a board that does not answer, a window that is shut: a sentence each; empty when nothing does. */
export async function againstRestart(plan: RestartPlan): Promise<readonly string[]> {
  const { facts, silence } = await restartFacts(plan);
  const silent =
    silence === undefined ? [] : [`the board does not answer, so nobody knows its outputs (${silence})`];
  const { waits } = gate({ ...facts, devices: [], outputs: [] });
  return [...gate(facts).drops, ...silent, ...waits];
}

/**
 * What a release that goes back by itself waits for, a sentence each; undefined when the board did not answer. An output that
 * cannot be read back is not waited for: it may be the very thing that was lost.
 */
export async function againstGoingBack(plan: RestartPlan): Promise<readonly string[] | undefined> {
  const { facts, silence } = await restartFacts(plan);
  if (silence !== undefined) return undefined;
  const { devices = [], outputs } = facts;
  const known = outputs.filter(({ device }) => levelReadBack(devices, device) !== undefined);
  return gate({ ...facts, outputs: known }).waits;
}

/** `silence`: why the board did not answer. */
async function restartFacts({ config, look, now }: RestartPlan) {
  let silence: string | undefined;
  const facts = await boardFacts({
    ...{ config, now, from: undefined, to: SAME, answer: { levels: {} } },
    look: async () => {
      try {
        return await look();
      } catch (error) {
        silence = (error as Error).message;
        throw error;
      }
    },
  });
  return { facts, silence };
}
