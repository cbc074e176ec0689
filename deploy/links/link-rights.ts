/** What linked boards may do here. Nobody may do what is not written down. */
import type { BoardRights } from "../../runtime/boards/board-rights.ts";
import { BOARD_DESK } from "./board-desk.ts";
import { outputDoorName, readingDoorName } from "./door-name.ts";

/** Of one board. Plain data. */
export interface LinkRights {
  /** Public names that it is told of: whole, by their beginning (`pump-*`), or all (`*`). */
  readonly show: readonly string[];
  /** Process groups that it has in common with this board, written in the same way. */
  readonly groups: readonly string[];
  /** Modules from which it may spawn, as the configuration names them. */
  readonly spawn: readonly string[];
  /** Ids of the devices that it may command. */
  readonly command: readonly string[];
  /** Ids of the devices whose readings it may follow. */
  readonly read: readonly string[];
}

/** Of all boards. Plain data. */
export interface RightsBook {
  /** Of boards that are not named. */
  readonly others: LinkRights;
  readonly boards: Readonly<Record<string, LinkRights>>;
}

/** All public names and groups, for boards that have nothing to hide from each other. */
export const SHOW_ALL: RightsBook = {
  others: { show: ["*"], groups: ["*"], spawn: [], command: [], read: [] },
  boards: {},
};

/** What that board may do. */
export function rightsOf({ others, boards }: RightsBook, board: string): LinkRights {
  return Object.hasOwn(boards, board) ? boards[board]! : others;
}

/** For the links: everybody is told of the process that says what this board is. */
export function boardRights(book: RightsBook): BoardRights {
  return {
    shows: (board, name) =>
      name === BOARD_DESK || isAmong(rightsOf(book, board).show, name) || isDoorFor(book, board, name),
    shares: (board, group) => isAmong(rightsOf(book, board).groups, group),
  };
}

/** The door of an output that it may command, or of a device that it may read. */
function isDoorFor(book: RightsBook, board: string, name: string): boolean {
  const { command, read } = rightsOf(book, board);
  return (
    command.some((device) => outputDoorName(device) === name) ||
    read.some((device) => readingDoorName(device) === name)
  );
}

/** `patterns`: names, or beginnings of names with a `*` behind. */
export function isAmong(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
