/** `holdfast reload`: a running board takes its configuration again, as a whole or not at all. */
import { formatProblems } from "../config/format-problems.ts";
import type { ReloadReply } from "../reload/reload-messages.ts";
import { EXIT } from "./exit-code.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";
import { reloadWords } from "./reload-words.ts";

export interface ReloadFlags extends OperatorFlags {
  /** How long what was good has to stay good, ms. */
  readonly trialMs: number;
  /** Only says what would become of it. */
  readonly check: boolean;
}

/** The board answers at last so long after the trial, ms. */
const BESIDE_TRIAL_MS = 180_000;

const CODES: Readonly<Record<ReloadReply["is"], number>> = {
  applied: EXIT.ok,
  wouldApply: EXIT.ok,
  same: EXIT.ok,
  problems: EXIT.usage,
  needsRestart: EXIT.refused,
  refused: EXIT.refused,
  takenBack: EXIT.failed,
};

/** Exit codes: 0 applied, 1 taken back, 2 a file with problems, 3 refused, 4 no board reached. */
export async function reload(flags: ReloadFlags): Promise<void> {
  const { json, trialMs, check } = flags;
  const query = { trial: `${trialMs}ms`, ...(check && { check: "yes" }) };
  const limits = { limitMs: trialMs + BESIDE_TRIAL_MS, method: "POST" } as const;
  const reply = await askBoard<ReloadReply>(flags, "/reload", query, limits);
  process.stdout.write(json ? `${JSON.stringify(reply)}\n` : textOf(reply));
  process.exitCode = CODES[reply.is];
}

function textOf(reply: ReloadReply): string {
  const problems = reply.is === "problems" ? reply.problems : [];
  const found = formatProblems(problems, reply.warnings, reply.file);
  return `${found}${found === "" ? "" : "\n"}${reloadWords(reply).join("\n")}\n`;
}
