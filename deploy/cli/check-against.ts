import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { loadConfig } from "../config/load-config.ts";
import { type BoardFlags, connectBoard, devicesIn, readRetained, stateOf } from "./board-client.ts";
import { check } from "./check.ts";
import { columns } from "./columns.ts";
import { linesThatMove } from "./lines-that-move.ts";

/**
 * `holdfast check --against <board>`: checks the file, then compares its outputs with those of a board that runs and prints the
 * lines that would move. Exit codes of `check`; 4 when the board cannot be reached.
 */
export async function checkAgainst(
  file: string,
  flags: BoardFlags & { readonly emulated: boolean },
): Promise<void> {
  const { config } = loadConfig(file, flags);
  if (config === undefined) return check(file, flags);
  const client = await connectBoard(flags);
  try {
    const retained = await readRetained(client, flags);
    const running = devicesIn(retained)
      .sort()
      .flatMap((device) => {
        const { output, ownedBy = null } = stateOf(retained, device);
        return output ? [{ device, output: output as OutputPlan, ownedBy: ownedBy as string | null }] : [];
      });
    const moves = linesThatMove(config, running);
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ board: retained.board, moves })}\n`);
    } else if (moves.length === 0) {
      process.stdout.write(`no line of ${retained.board} moves\n`);
    } else {
      const rows = moves.map(({ line, device, to, why }) => [line, device, to, why]);
      process.stdout.write(`${columns([["line", "device", "goes", "because"], ...rows]).join("\n")}\n`);
    }
  } finally {
    await client.endAsync(true);
  }
}
