import { is, match } from "uvu/assert";
import { push } from "./push.ts";
import { comes, toldUpdate, type Updatable } from "./updatable.ts";

/** A trial that is shorter than the usual one: these are times of the emulated board, which no other work makes longer. */
export const TIMES = ["--trial", "5s", "--settle", "90s", "--link", "90s"];

/** Pushes it, and waits until the board has gone back and tells of it. */
export async function wentBack(
  at: Updatable,
  bundle: string,
  outcome: string,
  ...words: readonly string[]
): Promise<string> {
  const { board, client, record } = at;
  const { text } = await push(board, bundle, [...TIMES, ...words]);
  match(text, /is in slot b, read back/);
  await comes(board, "the board is back in slot a", () =>
    /slot a\r?\n[\s\S]*slot b trial\r?\n[\s\S]*slot a\r?\n/.test(board.console),
  );
  is(`${record().active} ${record().trying} ${record().outcome}`, `a undefined ${outcome}`);
  await comes(board, "the broker is told", () => toldUpdate(client)?.state === outcome);
  is(toldUpdate(client)!.reason, record().reason);
  return record().reason;
}
