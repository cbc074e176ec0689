/** A simulated board whose configuration can be changed while it runs: the real desk, keepers and check. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RELOAD, type ReloadReply, type ReloadRequest } from "../../deploy/reload/reload-messages.ts";
import { exchange } from "../../runtime/behaviour/exchange.ts";
import type { Self } from "../../runtime/process/self.ts";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import type { SpecContext } from "../harness/spec.ts";
import { SimulatedBoard, type SimulatedBoardOptions } from "./simulated-board.ts";

/** Longest that a reload takes in these tests, simulated s. */
const LIMIT_S = 60;

export class ReloadableBoard {
  readonly board: SimulatedBoard;
  readonly #changes: readonly Change[];
  readonly #file: string;
  readonly #running: string;
  /** Why plans stay as they are now. */
  whyNot: () => string | undefined = () => undefined;

  /** `bodies`: of cells that are another than the real ones. */
  constructor(t: SpecContext, changes: readonly Change[] = [], bodies: SimulatedBoardOptions["bodies"] = {}) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-reload-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    this.#changes = changes;
    this.#file = join(folder, "board.config.json");
    this.#running = join(folder, "running.config.json");
    this.write();
    copyFileSync(this.#file, this.#running);
    const reloads = { file: this.#file, running: this.#running, whyNot: () => this.whyNot() };
    this.board = new SimulatedBoard({ changes, reloads, bodies });
  }

  /** What the board would be started with again. */
  get running(): string {
    return readFileSync(this.#running, "utf8");
  }

  /** The text of the board's file with these changes. */
  textWith(...changes: readonly Change[]): string {
    return demoWith(...this.#changes, ...changes);
  }

  /** Edits the file; nobody hears of it. */
  write(...changes: readonly Change[]): void {
    writeFileSync(this.#file, this.textWith(...changes));
  }

  /** Edits it and has the board take it; cranks the board until it answers. `meanwhile`: at each tenth of a second. */
  reload(
    changes: readonly Change[],
    { trialMs = 1000, dryRun = false }: Partial<ReloadRequest> = {},
    meanwhile: () => void = () => {},
  ): ReloadReply {
    this.write(...changes);
    let reply: ReloadReply | undefined;
    this.board.kernel.cell.spawn(function* caller(self: Self) {
      const limit = { within: LIMIT_S * 1000 };
      reply = (yield* exchange(self, RELOAD, "call", { trialMs, dryRun }, limit)) as ReloadReply;
    }, []);
    for (const endS = this.board.seconds + LIMIT_S; reply === undefined; meanwhile()) {
      if (this.board.seconds > endS) throw new Error("the board did not answer");
      this.board.for(0.1);
    }
    return reply;
  }
}
