/** What other boards may do on this one, in words, for the start table. */
import type { BoardConfig } from "../config/board-schema.ts";
import { linkedBoards } from "../config/links-schema.ts";
import { rightsBook } from "../config/rights-schema.ts";
import { type LinkRights, rightsOf } from "../links/link-rights.ts";

/** A head and what follows it for each board, or for all that know the secret; none without links. */
export function linkWords({ links }: Pick<BoardConfig, "links">): readonly (readonly [string, string])[] {
  if (links === undefined) return [];
  const book = rightsBook(links);
  const boards = linkedBoards(links);
  if (boards === undefined) return [["linked with every board that knows the secret: ", words(book.others)]];
  return boards.map((board) => [`linked with ${board}: `, words(rightsOf(book, board))]);
}

function words({ show, groups, spawn, command, read }: LinkRights): string {
  return [
    show.length === 0 ? "sees no names" : `sees ${allOr(show, "all public names")}`,
    ...(groups.length === 0 ? [] : [`shares ${allOr(groups, "all groups")}`]),
    ...(spawn.length === 0 ? [] : [`spawns from ${spawn.join(", ")}`]),
    ...(command.length === 0 ? [] : [`commands ${command.join(", ")}`]),
    ...(read.length === 0 ? [] : [`reads ${read.join(", ")}`]),
  ].join(", ");
}

function allOr(names: readonly string[], all: string): string {
  return names.includes("*") ? all : names.join(", ");
}
