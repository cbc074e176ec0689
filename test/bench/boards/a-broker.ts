/** A Mosquitto for a benchmark, with the settings that the README asks of one. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../harness/free-port.ts";

const CONFIG = "mosquitto.conf";

export class BenchBroker {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  #child!: ChildProcess;

  private constructor(port: number, folder: string) {
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Throws `Error` where Mosquitto is not installed or does not answer within 5 s. */
  static async start(): Promise<BenchBroker> {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-broker-"));
    const port = await freePort();
    writeFileSync(
      join(folder, CONFIG),
      `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\nmax_queued_messages 0\n`,
    );
    const broker = new BenchBroker(port, folder);
    await broker.launch();
    return broker;
  }

  /** Again, with nothing of what it knew. */
  async launch(): Promise<void> {
    const child = spawn("/usr/sbin/mosquitto", ["-c", join(this.#folder, CONFIG)], { stdio: "ignore" });
    this.#child = child;
    const failed = new Promise<never>((_, fail) => child.once("error", fail));
    for (let tries = 0; !(await Promise.race([answers(this.#port), failed])); tries++) {
      if (tries === 50) throw new Error("mosquitto does not answer");
      await sleep(100);
    }
  }

  async kill(): Promise<void> {
    const gone = new Promise((done) => this.#child.once("exit", done));
    this.#child.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
