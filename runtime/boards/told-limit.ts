/** How fast a board may make names, members and ends of its cells known here: each of them goes to every cell of this board. */
import { RateLimit } from "../time/rate-limit.ts";

/** Five times all that is known of one board; then all of it again every five seconds, as over a link that flaps. */
const TOLD = { burst: 50_000, everyUs: 500 } as const;

export class ToldLimit {
  readonly #boards = new Map<string, RateLimit>();

  /** True when one more of that board may be made known now. */
  take(board: string, nowUs: number): boolean {
    let limit = this.#boards.get(board);
    if (limit === undefined) {
      limit = new RateLimit(TOLD.burst, TOLD.everyUs);
      this.#boards.set(board, limit);
    }
    return limit.take(nowUs);
  }
}
