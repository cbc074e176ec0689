/** A process that writes down whatever it says and hears, for the checker of histories. */
import type { LostMessage } from "../../../runtime/boards/lost-message.ts";
import type { CellResources } from "../../../runtime/process/cell-contract.ts";
import { describeReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { DownMessage, ExitMessage } from "../../../runtime/process/signal.ts";
import type { Entry, Happening } from "../history/entry.ts";

/** What the cell of actors has. */
export interface ActorResources extends CellResources {
  readonly home: { readonly board: string; readonly life: number };
  /** A whole number below the limit. */
  draw(limit: number): number;
  write(entry: Entry): void;
}

/** What actors say to each other. `filler` has `length` characters when it arrives whole. */
export interface Word {
  readonly type: "word";
  readonly as: "talk" | "tied" | "order";
  readonly from: Pid;
  readonly n: number;
  readonly length: number;
  readonly filler: string;
}

export type Heard = Word | LostMessage | DownMessage | ExitMessage;

export class Witness {
  readonly draw: (limit: number) => number;
  readonly #self: Self<Word | LostMessage>;
  readonly #resources: ActorResources;
  readonly #sent = new Map<string, number>();
  /** Processes that it monitors. */
  readonly #watched = new Set<string>();

  constructor(self: Self<Word | LostMessage>) {
    this.#self = self;
    this.#resources = self.resources as ActorResources;
    this.draw = this.#resources.draw;
  }

  /** As entries name it: `greenhouse#2/14`. */
  idOf({ board, life, number }: Pid): string {
    return `${board}#${life ?? this.#resources.home.life}/${number}`;
  }

  write(happening: Happening): void {
    const who = this.idOf(this.#self.pid);
    this.#resources.write({ atUs: this.#self.nowUs(), who, ...happening });
  }

  /** `length`: characters that go along. `withinMs`: worth nothing later. */
  send(to: Pid, as: Word["as"], { length = 0, withinMs }: { length?: number; withinMs?: number } = {}): void {
    const id = this.idOf(to);
    const n = (this.#sent.get(id) ?? 0) + 1;
    this.#sent.set(id, n);
    this.write({ what: "sent", to: id, n, ...(withinMs !== undefined && { lapses: true }) });
    const word: Word = { type: "word", as, from: this.#self.pid, n, length, filler: "x".repeat(length) };
    this.#self.send(to, word, {
      deadlineUs: withinMs === undefined ? Number.POSITIVE_INFINITY : this.#self.nowUs() + withinMs * 1000,
    });
  }

  /** Once for each that is not monitored at present. */
  watch(pid: Pid): void {
    const of = this.idOf(pid);
    if (this.#watched.has(of)) return;
    this.#watched.add(of);
    this.write({ what: "watched", of, ref: this.#self.monitor(pid) });
  }

  link(to: Pid): void {
    this.write({ what: "linked", to: this.idOf(to) });
    this.#self.link(to);
  }

  /** Writes down what came; whoever says something is monitored from then on. */
  heard(message: Heard): void {
    switch (message.type) {
      case "word": {
        const isWhole = message.filler.length === message.length;
        // A number that nobody gave: the checker calls it invented.
        this.write({ what: "received", from: this.idOf(message.from), n: isWhole ? message.n : -1 });
        if (message.as === "tied") this.write({ what: "tied", to: this.idOf(message.from) });
        else this.watch(message.from);
        break;
      }
      case "lost":
        this.write({ what: "lost", board: message.board });
        break;
      case "down": {
        const of = this.idOf(message.pid);
        this.#watched.delete(of);
        this.write({ what: "down", of, ref: message.ref, reason: describeReason(message.reason) });
        break;
      }
      case "exit":
        this.write({ what: "exit", from: this.idOf(message.from), reason: describeReason(message.reason) });
    }
  }
}
