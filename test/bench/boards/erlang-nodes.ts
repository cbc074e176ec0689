/** Two nodes of Erlang distribution on the loopback interface, each an emulator of its own: for reference. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../harness/free-port.ts";
import { projectFolder } from "../../harness/source-files.ts";
import type { Amount } from "./call-bodies.ts";

const source = join(projectFolder, "test/bench/boards/work/distribution.erl");

export interface ErlangFigures {
  /** Median, us. */
  readonly callUs: number;
  readonly messagesPerSecond: number;
}

export class ErlangNodes {
  readonly #folder: string;
  readonly #port: number;
  readonly #server: ChildProcess;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#server = this.#spawn("other", ["-eval", "distribution:serve()."]);
  }

  /** `undefined` where there is no Erlang. Throws when the program does not compile, or the other node does not begin. */
  static async start(): Promise<ErlangNodes | undefined> {
    if (spawnSync("erlc", ["-help"]).error !== undefined) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "holdfast-erlang-"));
    const { status, stdout } = spawnSync("erlc", ["-o", folder, source], { encoding: "utf8" });
    if (status !== 0) throw new Error(`erlc: ${stdout}`);
    const nodes = new ErlangNodes(folder, await freePort());
    await outputOf(nodes.#server, "ready");
    return nodes;
  }

  async run(calls: Amount, messages: Amount): Promise<ErlangFigures> {
    const call = `distribution:main('other@127.0.0.1', ${pair(calls)}, ${pair(messages)}), halt().`;
    const caller = this.#spawn("one", ["-dist_listen", "false", "-eval", call]);
    const [callUs = NaN, pouredUs = NaN] = (await outputOf(caller, "\n")).trim().split(" ").map(Number);
    return { callUs, messagesPerSecond: (messages.count / pouredUs) * 1e6 };
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#server.once("exit", done));
    this.#server.kill("SIGKILL");
    await gone;
    rmSync(this.#folder, { recursive: true });
  }

  /** Without a port mapper: both know the port, and only the other node listens there. */
  #spawn(name: string, words: readonly string[]): ChildProcess {
    const dist = `-start_epmd false -erl_epmd_port ${this.#port} -kernel inet_dist_use_interface {127,0,0,1}`;
    const node = `-noshell -name ${name}@127.0.0.1 -setcookie bench -pa ${this.#folder}`;
    return spawn("erl", [...`${node} ${dist}`.split(" "), ...words], { stdio: ["pipe", "pipe", "inherit"] });
  }
}

function pair({ count, warmUp }: Amount): string {
  return `{${warmUp}, ${count}}`;
}

/** What it prints until this is in it. */
function outputOf(child: ChildProcess, end: string): Promise<string> {
  return new Promise((done, fail) => {
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes(end)) done(text);
    });
    child.once("error", fail);
    child.once("exit", () => fail(new Error(`a node of Erlang ended; it said "${text}"`)));
  });
}
