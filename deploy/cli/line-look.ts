/** What can be seen of the header's lines without changing any. */
import type { Board } from "../../firmware/board/detect-board.ts";
import { findLine } from "../../firmware/board/line-names.ts";
import { pinFunctions } from "../../firmware/board/pin-functions.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import { HEADER, LINE_NAMES, type LineName } from "../../firmware/header-map.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { HandRefusal, handText, knownLine, namedBy } from "../hand/hand-choice.ts";
import { columns } from "./columns.ts";

export interface HandMachine {
  readonly board: Board;
  readonly files: SystemFiles;
  /** Of a board on real pins. */
  readonly config?: BoardConfig;
}

interface SeenLine {
  readonly line: string;
  readonly pin: number;
  readonly direction: "input" | "output";
  /** Who has it now: a program, or a device of the device tree. */
  readonly usedBy: string | null;
  /** Whom the configuration gives it to. */
  readonly namedBy: string | null;
}

/** `holdfast line`: all of them. */
export async function listLines(machine: HandMachine, { json }: { readonly json: boolean }): Promise<void> {
  const seen = await linesSeen(machine, LINE_NAMES);
  if (json) {
    process.stdout.write(seen.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return;
  }
  const rows = seen.map(({ line, pin, direction, usedBy, namedBy }) => [
    line,
    `pin ${pin}`,
    direction,
    usedBy === null ? "free" : `in use by ${usedBy}`,
    namedBy ?? "",
  ]);
  process.stdout.write(`${columns(rows).join("\n")}\n`);
}

/** `holdfast line GPIO17`: its level, where that can be seen. Throws `HandRefusal` where it cannot, `HardwareError`. */
export async function readLine(
  word: string,
  machine: HandMachine,
  { json }: { readonly json: boolean },
): Promise<void> {
  const seen = await lineSeen(word, machine);
  const { line, direction } = seen;
  mustBeFree(seen);
  if (direction === "output")
    throw new HandRefusal(
      `${handText(line)} is an output that nobody holds any more: to look at it would let go of it; a meter shows its level`,
    );
  const { readFreeInput } = await import("../board/look-at-lines.ts");
  const level = readFreeInput(machine.board.family.chip, findLine(line, machine.board)!.offset);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...seen, level })}\n`
      : `${handText(line)} is ${level === 1 ? "high" : "low"} (input)\n`,
  );
}

/** One of them. Throws `HandRefusal` for a line that the board does not have, `HardwareError`. */
export async function lineSeen(word: string, machine: HandMachine): Promise<SeenLine> {
  const [seen] = await linesSeen(machine, [knownLine(word, machine.board) as LineName]);
  return seen!;
}

/** Throws `HandRefusal` with whoever has the line, and what helps. */
export function mustBeFree({ line, usedBy, namedBy }: SeenLine): void {
  if (usedBy === null) return;
  const [device, ...board] = namedBy?.split(" of ") ?? [];
  const help =
    device === undefined
      ? "end that, or use another line"
      : `it is ${device} of ${board.join(" of ")}: holdfast set ${device} while the board runs, or stop the board first`;
  throw new HandRefusal(`${handText(line)} is in use by ${usedBy}: ${help}`);
}

async function linesSeen({ board, config }: HandMachine, lines: readonly LineName[]): Promise<SeenLine[]> {
  const { lineInfos } = await import("../board/look-at-lines.ts");
  const offsets = lines.map((line) => findLine(line, board)!.offset);
  const infos = lineInfos(board.family.chip, offsets);
  const users = pinFunctions(board);
  return lines.map((line, index) => {
    const { used, consumer, direction } = infos.get(offsets[index]!)!;
    const has = used ? consumer || "somebody" : users.get(offsets[index]!)?.name;
    const named = config === undefined ? undefined : namedBy(config, line, board)?.user;
    return { line, pin: HEADER[line].pin, direction, usedBy: has ?? null, namedBy: named ?? null };
  });
}
