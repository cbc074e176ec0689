/** One picture of a release on its way through a fleet, set off as `holdfast top`'s. Knows no terminal. */
import { formatDuration } from "../../runtime/time/duration.ts";
import type { BoardProgress } from "../update/fleet-run.ts";
import { columns } from "./columns.ts";
import { pushText } from "./push-words.ts";
import type { Line, Size } from "./top-frame.ts";

const BAR = 16;

export interface FleetView {
  readonly version: string;
  readonly boards: readonly BoardProgress[];
  /** What is left of the time between two waves, ms. */
  readonly soakMs: number;
}

/** Boards under way and those that failed come first where there is no room for all. */
export function fleetFrame({ version, boards, soakMs }: FleetView, size: Size): readonly Line[] {
  const count = (state: BoardProgress["state"]) => boards.filter((board) => board.state === state).length;
  const failed = count("failed");
  const soak = soakMs > 0 ? `  next wave in ${formatDuration(soakMs)}` : "";
  const title = `holdfast ${version}  ${count("done")} of ${boards.length} boards run it, ${count("pushing")} under way${failed > 0 ? `, ${failed} failed: nobody else begins` : ""}${soak}`;
  const room = size.rows - 2;
  const shown =
    boards.length <= room ? boards : [...boards].sort((a, b) => RANK[a.state] - RANK[b.state]).slice(0, room);
  const [head = "", ...rows] = columns([
    ["board", "wave", "state", ""],
    ...shown.map((board) => [board.board.id, waveText(board), board.state, boardText(board)]),
  ]);
  return [
    { text: title, tone: failed > 0 ? "bad" : "title" },
    { text: head, tone: "head" },
    ...rows.map((text, at): Line => ({ text, tone: shown[at]!.state === "failed" ? "bad" : "plain" })),
  ];
}

const RANK: Readonly<Record<BoardProgress["state"], number>> = { failed: 0, pushing: 1, waiting: 2, done: 3 };

function waveText({ wave }: BoardProgress): string {
  return wave === 0 ? "canary" : String(wave);
}

/** What it is at, or what became of it. */
export function boardText({ state, word, end }: BoardProgress): string {
  if (state === "failed") return [end?.how, end?.reason].filter(Boolean).join(": ");
  if (state !== "pushing") return "";
  if (word === undefined) return "connects";
  if (!("progress" in word)) return pushText(word);
  const { bytes, of } = word.progress;
  const part = of === 0 ? 1 : bytes / of;
  const full = Math.round(part * BAR);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${Math.floor(part * 100)} %`;
}
