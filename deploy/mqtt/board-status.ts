import type { BoardLinkOptions } from "./board-link-options.ts";
import type { BoardIdentity } from "./status-watch.ts";

/** What a board says of itself on its topic `status`, and what its broker says there when it is gone. */
export class BoardStatus {
  readonly #topic: string;
  readonly #identity: BoardIdentity;
  readonly #version: string;
  #clock: "synced" | "unsynced";
  #extra: Readonly<Record<string, unknown>> = {};

  constructor(
    topic: string,
    identity: BoardIdentity,
    { version, clock = "unsynced" }: Pick<BoardLinkOptions, "version" | "clock">,
  ) {
    this.#topic = topic;
    this.#identity = identity;
    this.#version = version;
    this.#clock = clock;
  }

  /** While it is there. */
  get document(): Readonly<Record<string, unknown>> {
    return { ...this.#extra, ...this.#describe("online"), clock: this.#clock };
  }

  /** Its last will, also its last words. */
  get will(): { readonly topic: string; readonly payload: string } {
    return { topic: this.#topic, payload: JSON.stringify(this.#describe("offline")) };
  }

  /** Fields beside its own, in place of those before; its own names stay its own. */
  add(extra: Readonly<Record<string, unknown>>): void {
    this.#extra = extra;
  }

  /** Whether wall time can be believed; false when that is no news. */
  clock(clock: "synced" | "unsynced"): boolean {
    const isNews = clock !== this.#clock;
    this.#clock = clock;
    return isNews;
  }

  #describe(state: "online" | "offline"): Readonly<Record<string, unknown>> {
    return { schema: 1, state, ...this.#identity, version: this.#version };
  }
}
