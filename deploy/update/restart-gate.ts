/** What stands against starting a board's machine again now, with the release that runs: the gate of an update without an update. */
import type { Overview } from "../board/overview.ts";
import { VERSION } from "../board/version.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { boardFacts } from "./board-facts.ts";
import { gate, type RunningRelease } from "./gate.ts";

export interface RestartPlan {
  readonly config: BoardConfig;
  /** Rejects when the board does not answer. */
  readonly look: () => Promise<Pick<Overview, "devices">>;
  readonly now: Date;
}

/** It stays the same: no level flips, nothing is older. */
const SAME: RunningRelease = { version: VERSION, created: "" };

/** Outputs that are not safe, a board that does not answer, a window that is shut: a sentence each; empty when nothing does. */
export async function againstRestart({ config, look, now }: RestartPlan): Promise<readonly string[]> {
  const seen = await look().catch((error: Error) => error.message);
  const facts = await boardFacts({
    ...{ config, now, from: undefined, to: SAME, answer: { levels: {} } },
    look: () => (typeof seen === "string" ? Promise.reject(new Error(seen)) : Promise.resolve(seen)),
  });
  const silent =
    typeof seen === "string" ? [`the board does not answer, so nobody knows its outputs (${seen})`] : [];
  const { waits } = gate({ ...facts, devices: [], outputs: [] });
  return [...gate(facts).drops, ...silent, ...waits];
}
