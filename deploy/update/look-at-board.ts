/** How a board that runs on this machine is, by its page. */
import type { Overview } from "../board/overview.ts";

/** Longer than the 250 ms that a board gives its cells to answer. */
const ANSWER_MS = 3000;

/** Throws when the board does not answer within 3 s. `page`: its address, with a slash at the end. */
export async function lookAtBoard(page: string): Promise<Overview> {
  const answer = await fetch(new URL("overview", page), { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${page}overview answered ${answer.status}`);
  return (await answer.json()) as Overview;
}
