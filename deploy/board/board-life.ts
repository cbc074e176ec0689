/** Counts the starts of a board's runtime over all of its starts, so that other boards tell one life from the next. */
import { join } from "node:path";
import { readText, writeDurably } from "./durable-text.ts";

/** This start's number, from 1, kept before it is used. Where it can't be kept `notKept` is told why, and it may come again. */
export function boardLife(folder: string, board: string, notKept: (why: string) => void): number {
  const file = join(folder, board, "life");
  const before = Number(readText(file) ?? 0);
  const life = Number.isSafeInteger(before) && before > 0 ? before + 1 : 1;
  try {
    writeDurably(file, `${life}\n`);
  } catch (error) {
    notKept(`how often the board has started: ${(error as Error).message}`);
  }
  return life;
}
