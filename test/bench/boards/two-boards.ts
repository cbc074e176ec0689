/** Two boards that are linked through a broker, each a process with Node's settings of a board, and what their processes do. */
import { type ChildProcess, fork } from "node:child_process";
import { runtimeFlags } from "../../../deploy/board/runtime-flags.ts";
import type { ToBoard } from "./board-program.ts";
import type { Amount, BenchResult } from "./call-bodies.ts";

const PROGRAM = new URL("./board-program.js", import.meta.url);
/** In a call and its answer, so that they are as long on the topic as what the other side of the comparison says. */
const TEXT = "x".repeat(40);

/** Where the processes live that talk: in cells of their own, or in the cell that speaks with other boards. */
export type Place = "cells" | "link";

export class TwoBoards {
  readonly #one: ChildProcess;
  readonly #other: ChildProcess;
  #started = 0;

  constructor(url: string) {
    const options = { execArgv: [...runtimeFlags(false)] };
    [this.#one, this.#other] = ["one", "other"].map((board) => fork(PROGRAM, [board, url], options)) as [
      ChildProcess,
      ChildProcess,
    ];
  }

  /** Each time, us. */
  async calls(amount: Amount, place: Place): Promise<readonly number[]> {
    const result = await this.#run("echo", "caller", amount, place);
    return "times" in result ? result.times : [];
  }

  /** How long all took, us. */
  async pour(amount: Amount, place: Place): Promise<number> {
    const result = await this.#run("sink", "pourer", amount, place);
    return "poured" in result ? result.poured : Number.NaN;
  }

  async stop(): Promise<void> {
    await Promise.all(
      [this.#one, this.#other].map((board) => {
        const gone = new Promise((done) => board.once("exit", done));
        board.kill("SIGKILL");
        return gone;
      }),
    );
  }

  async #run(there: string, here: string, amount: Amount, place: Place): Promise<BenchResult> {
    const name = `${there}-${++this.#started}`;
    const inLink = place === "link";
    const heard = new Promise<BenchResult>((done) => this.#one.once("message", done));
    tell(this.#other, { type: "start", name, body: there, args: [name], inLink });
    tell(this.#one, { type: "start", name, body: here, args: [`${name}@other`, amount, TEXT], inLink });
    const result = await heard;
    if (!inLink) for (const board of [this.#one, this.#other]) tell(board, { type: "end", name });
    return result;
  }
}

function tell(board: ChildProcess, order: ToBoard): void {
  board.send(order);
}
