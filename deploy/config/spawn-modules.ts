/** The modules that a configuration lets other boards spawn processes from. */
import type { BoardConfig } from "./board-schema.ts";
import { rightsBook } from "./rights-schema.ts";

/** Paths as they are written, each once. */
export function spawnModules({ links }: Pick<BoardConfig, "links">): readonly string[] {
  if (links === undefined) return [];
  const { others, boards } = rightsBook(links);
  return [...new Set([others, ...Object.values(boards)].flatMap(({ spawn }) => spawn))];
}
