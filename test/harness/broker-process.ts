/** A broker that is a program of this machine, for one test. */
import { type ChildProcess, spawn } from "node:child_process";

export class BrokerProcess {
  readonly port: number;
  readonly #program: string;
  readonly #config: string;
  #child: ChildProcess | undefined;

  /** `config`: its file. */
  constructor(program: string, port: number, config: string) {
    this.#program = program;
    this.port = port;
    this.#config = config;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Starts it and waits for nothing. */
  launch(): void {
    this.#child = spawn(this.#program, ["-c", this.#config], { stdio: "ignore" });
  }

  /** It stands still: connections stay, and nothing gets through until `resume`. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** As a power cut would: no goodbye to anybody. What it stored it has again when it starts. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }
}
