/**
 * A release through a fleet, wave by wave: a wave begins when each board before it runs the release, and the time to soak is over.
 * The first board that goes back, refuses or cannot be reached is the last: who is under way ends, nobody begins. What each came
 * to is kept, so that the same push goes on where it stopped.
 */
import type { Fleet, FleetBoard } from "./fleet-file.ts";
import type { PushEnd, PushWord } from "./push.ts";

export type BoardState = "waiting" | "pushing" | "done" | "failed";

/** A board as it stands, for whoever looks. */
export interface BoardProgress {
  readonly board: FleetBoard;
  readonly wave: number;
  readonly state: BoardState;
  /** The last word of it while it is pushed to. */
  readonly word?: PushWord;
  readonly end?: Pick<PushEnd, "how" | "reason">;
}

/** What is kept: of which release (`fleet-release.ts`), and who has it. */
export interface FleetMemory {
  readonly release: string;
  readonly done: Readonly<Record<string, PushEnd["how"]>>;
}

export interface FleetRun {
  readonly fleet: Fleet;
  /** Of all bundles (`fleet-release.ts`). */
  readonly release: string;
  readonly memory: FleetMemory | undefined;
  /** Rejects where the board did not take it. */
  readonly push: (board: FleetBoard, say: (word: PushWord) => void) => Promise<PushEnd>;
  readonly keep: (memory: FleetMemory) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears each change; `soakMs`: what is left of the time between two waves. */
  readonly onChange: (boards: readonly BoardProgress[], soakMs: number) => void;
}

const SOAK_STEP_MS = 1000;

/** Resolves with how each board stands at the end. */
export async function runFleet(run: FleetRun): Promise<readonly BoardProgress[]> {
  const { fleet, release, memory, keep, onChange } = run;
  let done = memory?.release === release ? memory.done : {};
  const boards: BoardProgress[] = fleet.waves.flatMap((wave, at) =>
    wave.map(
      // Who has it in a slot only is asked again: he may be meant to run it now.
      (board) => ({ board, wave: at, state: done[board.id] === "confirmed" ? "done" : "waiting" }) as const,
    ),
  );
  const change = (id: string, part: Partial<BoardProgress>) => {
    const at = boards.findIndex(({ board }) => board.id === id);
    boards[at] = { ...boards[at]!, ...part };
    onChange(boards, 0);
  };
  onChange(boards, 0);
  const one = async (board: FleetBoard) => {
    change(board.id, { state: "pushing" });
    try {
      const end = await run.push(board, (word) => change(board.id, { word }));
      const isDone = end.how === "confirmed" || end.how === "installed";
      if (isDone) {
        done = { ...done, [board.id]: end.how };
        keep({ release, done });
      }
      change(board.id, { state: isDone ? "done" : "failed", end });
    } catch (error) {
      change(board.id, { state: "failed", end: { how: "unreachable", reason: (error as Error).message } });
    }
  };
  for (const [at] of fleet.waves.entries()) {
    const waiting = boards
      .filter(({ wave, state }) => wave === at && state === "waiting")
      .map(({ board }) => board);
    const lane = async () => {
      for (let board = next(boards, waiting); board !== undefined; board = next(boards, waiting))
        await one(board);
    };
    await Promise.all(Array.from({ length: Math.min(fleet.atOnce, waiting.length) }, lane));
    if (hasFailed(boards)) break;
    if (isToSoak(boards, at)) await soak(run, boards);
  }
  return boards;
}

/** Nobody begins once somebody has failed. */
function next(boards: readonly BoardProgress[], waiting: FleetBoard[]): FleetBoard | undefined {
  return hasFailed(boards) ? undefined : waiting.shift();
}

function hasFailed(boards: readonly BoardProgress[]): boolean {
  return boards.some(({ state }) => state === "failed");
}

/** The next wave waits, and nobody of it or behind it has the release: the time between both is not over, or was broken off. */
function isToSoak(boards: readonly BoardProgress[], at: number): boolean {
  const later = boards.filter(({ wave }) => wave > at);
  return later.length > 0 && later.length < boards.length && later.every(({ state }) => state === "waiting");
}

async function soak({ fleet, sleep, onChange }: FleetRun, boards: readonly BoardProgress[]): Promise<void> {
  for (let left = fleet.soakMs; left > 0; left -= SOAK_STEP_MS) {
    onChange(boards, left);
    await sleep(Math.min(SOAK_STEP_MS, left));
  }
}
