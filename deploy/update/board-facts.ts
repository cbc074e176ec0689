/** What the gate asks of this machine: how the board is now, and what its configuration says of it. */
import { bootLevels } from "../../firmware/board/boot-levels.ts";
import type { Overview } from "../board/overview.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { devicePlans, hardwarePlan } from "../config/plan.ts";
import type { ReleaseAnswer } from "./ask-release.ts";
import { type GateFacts, type LevelFlip, levelFlips, type RunningRelease } from "./gate.ts";
import { parseUpdateWindow } from "./update-window.ts";

export interface FactsPlan {
  readonly config: BoardConfig;
  readonly from: RunningRelease | undefined;
  readonly to: RunningRelease;
  /** Of the new release, for the same configuration. */
  readonly answer: ReleaseAnswer;
  /** Rejects when the board does not answer. */
  readonly look: () => Promise<Pick<Overview, "devices">>;
  /** Undefined while the clock is not set. */
  readonly now: Date | undefined;
}

export async function boardFacts({ config, from, to, answer, look, now }: FactsPlan): Promise<GateFacts> {
  const times = config.updateWindow === undefined ? undefined : parseUpdateWindow(config.updateWindow);
  const overview = await look().catch(() => undefined); // no board, no outputs that it drives
  return {
    devices: overview?.devices,
    outputs: devicePlans(config).flatMap(({ id, output }) =>
      output === undefined ? [] : [{ device: id, safe: output.safe }],
    ),
    ...(times !== undefined && { window: { text: config.updateWindow!, times } }),
    minute: now === undefined ? undefined : now.getHours() * 60 + now.getMinutes(),
    flips: flips(config, answer),
    from,
    to,
  };
}

/** Lines that are outputs now, and that the firmware would start otherwise. */
function flips(config: BoardConfig, { levels }: ReleaseAnswer): readonly LevelFlip[] {
  const outputs = [...bootLevels({ ...hardwarePlan(config), inputs: [] })].map(
    ([gpio, options]) => [`GPIO${gpio}`, options] as const,
  );
  const words: Readonly<Record<string, string>> = { "op,dh": "high", "op,dl": "low", "ip,pn": "let go" };
  const named = (options: string) => words[options] ?? options;
  return levelFlips(
    Object.fromEntries(outputs.map(([line, options]) => [line, named(options)])),
    Object.fromEntries(Object.entries(levels).map(([line, options]) => [line, named(options)])),
  );
}
