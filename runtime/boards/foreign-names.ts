/** The public names of the boards that this one is linked with, each with its board behind an @. */
import type { WirePid } from "../process/pid.ts";
import type { BoardLife } from "./packet.ts";
import { ToldLimit } from "./told-limit.ts";

/** Who is told of them. */
export interface ForeignNameListener {
  named(name: string, pid: WirePid): void;
  unnamed(name: string, pid: WirePid): void;
}

/** Public names of one board; more of them are not known here. */
const MOST_NAMES = 10_000;

export class ForeignNames {
  readonly #listener: ForeignNameListener;
  readonly #boards = new Map<string, Map<string, WirePid>>();
  readonly #limit = new ToldLimit();

  constructor(listener: ForeignNameListener) {
    this.#listener = listener;
  }

  /** That board says so; `anew`: these are all. Returns how many were refused: not its own, too many, too fast. */
  named(
    life: BoardLife,
    anew: boolean,
    names: readonly (readonly [string, WirePid])[],
    nowUs: number,
  ): number {
    const { board } = life;
    if (anew) this.forget(board);
    const known = this.#boards.get(board) ?? new Map<string, WirePid>();
    this.#boards.set(board, known);
    let refused = 0;
    for (const [plain, pid] of names) {
      const name = `${plain}@${board}`;
      const before = known.get(name);
      const isMore = before === undefined && known.size >= MOST_NAMES;
      if (!isOf(pid, life) || plain.includes("@") || isMore || !this.#limit.take(board, nowUs)) {
        refused++;
        continue;
      }
      if (before !== undefined) this.#listener.unnamed(name, before);
      known.set(name, pid);
      this.#listener.named(name, pid);
    }
    return refused;
  }

  unnamed(board: string, plain: string, pid: WirePid): void {
    const name = `${plain}@${board}`;
    const known = this.#boards.get(board)?.get(name);
    if (known === undefined || known.key !== pid.key) return;
    this.#boards.get(board)!.delete(name);
    this.#listener.unnamed(name, known);
  }

  /** Those of that board, without its name. */
  of(board: string): readonly string[] {
    return [...(this.#boards.get(board)?.keys() ?? [])].map((name) => name.slice(0, -board.length - 1));
  }

  /** That board is out of reach. */
  forget(board: string): void {
    for (const [name, pid] of this.#boards.get(board) ?? []) this.#listener.unnamed(name, pid);
    this.#boards.delete(board);
  }
}

/** A board speaks for its own processes only. */
export function isOf({ board, life }: WirePid, of: BoardLife | undefined): boolean {
  return of !== undefined && board === of.board && life === of.incarnation;
}
