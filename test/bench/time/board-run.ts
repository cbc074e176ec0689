/** A board as a user starts it, for a benchmark: on free ports, with a folder of its own, without a word on the terminal. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type FoundProcess, processesKnowing } from "../../end-to-end/processes.ts";
import { freePort } from "../../harness/free-port.ts";

const cli = fileURLToPath(new URL("../../../deploy/cli/main.js", import.meta.url));

export class BoardRun {
  readonly #folder: string;
  readonly #launcher: ChildProcess;
  readonly #healthUrl: string;

  /** `config`: text of the configuration. */
  static async start(config: string): Promise<BoardRun> {
    return new BoardRun(config, await freePort(), await freePort());
  }

  private constructor(config: string, httpPort: number, mqttPort: number) {
    this.#folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
    const file = join(this.#folder, "board.config.json");
    writeFileSync(file, config);
    mkdirSync(join(this.#folder, "tmp"));
    const state = join(this.#folder, "state");
    const ports = ["--http-port", String(httpPort), "--mqtt-port", String(mqttPort)];
    this.#healthUrl = `http://127.0.0.1:${httpPort}/health`;
    this.#launcher = spawn(process.execPath, [cli, "run", "--json", ...ports, "--state", state, file], {
      stdio: "ignore",
      detached: true,
      // A machine that stalls must not be taken for a runtime that died.
      env: {
        ...process.env,
        TMPDIR: join(this.#folder, "tmp"),
        HOLDFAST_PET_LIMIT: "5s",
        HOLDFAST_KERNEL_LIMIT: "5s",
      },
    });
  }

  /** Waits until everything is in service. */
  async inService(limitMs: number): Promise<void> {
    for (const endMs = performance.now() + limitMs; (await this.health())?.ok !== true; ) {
      if (performance.now() > endMs) throw new Error(`the board was not in service within ${limitMs} ms`);
      await sleep(100);
    }
  }

  /** What `/health` says; `undefined` while nobody answers. */
  async health(): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      return (await (await fetch(this.#healthUrl)).json()) as Record<string, unknown>;
    } catch {
      return undefined; // It starts, or starts again.
    }
  }

  /** What `/metrics` says: the sum over all samples of one name, or over those whose labels hold this text. */
  async metric(name: string, label = ""): Promise<number> {
    const text = await (await fetch(new URL("/metrics", this.#healthUrl))).text();
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*${label}.*\\})? (\\S+)$`, "gm"))];
    if (values.length === 0) throw new Error(`/metrics has no ${name}`);
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** Launcher, world, guardian and runtime. */
  processes(): readonly FoundProcess[] {
    return processesKnowing(this.#folder).filter(({ command }) => !command.startsWith("mkfifo"));
  }

  async stop(): Promise<void> {
    this.#launcher.kill("SIGINT");
    for (const endMs = performance.now() + 8000; this.processes().length > 0; await sleep(50))
      if (performance.now() > endMs) for (const { pid } of this.processes()) process.kill(pid, "SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
