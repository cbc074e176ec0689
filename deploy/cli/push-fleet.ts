/** `holdfast push --fleet`: a release to many boards, wave by wave, with a picture of how far it is. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readText, writeDurably } from "../board/durable-text.ts";
import { endProcess } from "../board/end-process.ts";
import { fileSource } from "../update/file-source.ts";
import { type Fleet, type FleetBoard, parseFleet } from "../update/fleet-file.ts";
import { fleetRelease } from "../update/fleet-release.ts";
import { type BoardProgress, type FleetMemory, runFleet } from "../update/fleet-run.ts";
import { type PushEnd, type PushWord, push } from "../update/push.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { boardText, fleetFrame } from "./fleet-frame.ts";
import { LiveScreen } from "./live-screen.ts";

export interface FleetFlags {
  readonly json: boolean;
  /** boards.json. */
  readonly fleet: string;
  readonly file: string;
  readonly words: readonly string[];
  readonly via: readonly [string, ...string[]];
  readonly root: string;
}

/** Exit 1 when a board did not take it; the same command goes on where this one stopped. */
export async function pushFleet(flags: FleetFlags): Promise<void> {
  const fleet = fleetOf(flags.fleet);
  const { release, version } = await fleetRelease(fleet, flags.file, dirname(flags.fleet));
  const memoryFile = `${flags.fleet}.progress`;
  const view = fleetView(flags, version);
  try {
    const boards = await runFleet({
      ...{ fleet, release },
      memory: readMemory(memoryFile),
      push: (board, say) => pushOne(flags, board, say),
      keep: (memory) => writeDurably(memoryFile, `${JSON.stringify(memory)}\n`),
      sleep: (ms) => sleep(ms),
      onChange: view.show,
    });
    view.close();
    finish(flags, boards, version, memoryFile);
  } finally {
    view.close();
  }
}

function fleetOf(file: string): Fleet {
  try {
    return parseFleet(readFileSync(file, "utf8"), file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? `there is no ${file}; it names the boards: {"boards": {"greenhouse": "pi@greenhouse.local"}}`
        : message;
    throw new CliError(EXIT.usage, `--fleet: ${why}`);
  }
}

async function pushOne(
  flags: FleetFlags,
  board: FleetBoard,
  say: (word: PushWord) => void,
): Promise<PushEnd> {
  const { via, root, words } = flags;
  const file = board.bundle === undefined ? flags.file : resolve(dirname(flags.fleet), board.bundle);
  const source = await fileSource(file);
  try {
    return await push({
      ...{ source, words, say },
      place: { target: board.target, via, root },
      stderr: "said",
      sleep: (ms) => sleep(ms),
      nowMs: () => performance.now(),
    });
  } finally {
    await source.close();
  }
}

function finish(
  flags: FleetFlags,
  boards: readonly BoardProgress[],
  version: string,
  memoryFile: string,
): void {
  const failed = boards.filter(({ state }) => state === "failed");
  const waiting = boards.filter(({ state }) => state === "waiting");
  if (failed.length > 0) process.exitCode = EXIT.failed;
  if (flags.json) return;
  const lines = failed.map((board) => `${board.board.id}: ${boardText(board)}`);
  const rest =
    waiting.length === 0
      ? ""
      : `, ${waiting.length} were not begun; the same command goes on (${memoryFile})`;
  const how = flags.words.includes("--stay") ? `have ${version} in a slot` : `run ${version}`;
  lines.push(`${boards.length - failed.length - waiting.length} of ${boards.length} boards ${how}${rest}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** A picture that is drawn anew on a terminal; elsewhere a line for each change of a board. */
function fleetView(flags: FleetFlags, version: string) {
  if (flags.json || process.stdout.isTTY !== true) {
    const shown = new Map<string, string>();
    const show = (boards: readonly BoardProgress[]) => {
      for (const board of boards) {
        const isMoving = board.word !== undefined && "progress" in board.word;
        const text = [board.state, isMoving && board.state === "pushing" ? "" : boardText(board)]
          .filter(Boolean)
          .join(": ");
        if (shown.get(board.board.id) === text) continue;
        shown.set(board.board.id, text);
        const { id } = board.board;
        process.stdout.write(
          flags.json ? `${JSON.stringify({ board: id, state: board.state, text })}\n` : `${id}: ${text}\n`,
        );
      }
    };
    return { show, close: () => {} };
  }
  let last: readonly BoardProgress[] = [];
  let soak = 0;
  const draw = () => screen.draw(fleetFrame({ version, boards: last, soakMs: soak }, screen.size));
  const leave = () => {
    screen.close();
    process.stderr.write("boards that are under way go on by themselves; the same command goes on here\n");
    void endProcess(EXIT.failed);
  };
  const screen: LiveScreen = new LiveScreen(
    { key: (name) => void (name === "q" && leave()), redraw: draw, end: leave },
    { colours: process.env.NO_COLOR === undefined },
  );
  return {
    show: (boards: readonly BoardProgress[], soakMs: number) => {
      [last, soak] = [boards, soakMs];
      draw();
    },
    close: () => screen.close(),
  };
}

function readMemory(file: string): FleetMemory | undefined {
  try {
    return JSON.parse(readText(file) ?? "") as FleetMemory;
  } catch {
    return undefined; // nothing was begun
  }
}
