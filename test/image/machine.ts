import { type ChildProcess, execFile, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { freePort } from "../harness/free-port.ts";
import { PATIENCE } from "../harness/patience.ts";
import type { SpecContext } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import type { Neighbour } from "./neighbour.ts";

export interface MachineOptions {
  readonly program?: string;
  /** Machine, kernel, first file system, card. */
  readonly qemu: readonly string[];
  /** Another machine on its cable. */
  readonly neighbour?: Neighbour;
  /** Private key of root; without it nobody can log in. */
  readonly key?: string;
}

/** An emulated machine that runs until its test ends. */
export class Machine {
  /** Everything that came over its serial port. */
  console = "";
  readonly #child: ChildProcess;
  readonly #key: string | undefined;
  readonly #sshPort: number;
  readonly #ended: Promise<void>;
  readonly #startedMs = performance.now();

  private constructor(options: MachineOptions, sshPort: number, network: readonly string[]) {
    this.#sshPort = sshPort;
    this.#key = options.key;
    const args = ["-display", "none", "-nodefaults", "-monitor", "none", ...options.qemu, ...network];
    this.#child = spawn(options.program ?? "qemu-system-aarch64", args, {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin!.on("error", () => {}); // it was switched off
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, constants.priority.PRIORITY_LOW);
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on("data", (text) => {
        this.console += text;
      });
    this.#ended = new Promise((done) => this.#child.once("close", () => done()));
    // Nobody waits for a machine whose test was ended.
    const end = () => void this.#child.kill("SIGKILL");
    const interrupted = () => {
      end();
      process.exit(1);
    };
    process.once("exit", end).once("SIGTERM", interrupted);
    void this.#ended.then(() => process.off("exit", end).off("SIGTERM", interrupted));
  }

  /** Switches it on. `network`: QEMU's device for the cable; none: it has none. */
  static async start(t: SpecContext, options: MachineOptions, network?: string): Promise<Machine> {
    const sshPort = await freePort();
    const forwards = [`hostfwd=tcp:127.0.0.1:${sshPort}-:22`];
    const { neighbour } = options;
    // QEMU's own way out hears every frame on a hub, and would answer in the neighbour's place.
    const way = `user,id=${neighbour === undefined ? "cable" : "user,restrict=on"},${forwards.join(",")}`;
    const device = ["-device", `${network},netdev=cable`];
    const words = network === undefined ? [] : ["-netdev", way, ...(neighbour?.qemu ?? []), ...device];
    const machine = new Machine(options, sshPort, words);
    t.defer(() => machine.cut());
    return machine;
  }

  /** Since it was switched on, s. */
  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  /** Waits for words on its console. Throws with the console when they do not come in `limitS` of a quiet machine. */
  async says(words: RegExp, limitS = 60): Promise<void> {
    try {
      await until(String(words), () => words.test(this.console), limitS * 1000 * PATIENCE);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.console.slice(-4000)}`);
    }
  }

  /** Forgets what was said so far. */
  listen(): void {
    this.console = "";
  }

  /** ssh to it, without target and command. */
  get via(): readonly string[] {
    return ["ssh", ...this.#sshOptions()];
  }

  /** Types a line at its serial port. */
  type(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Runs a command of its shell as root; tries until it may log in. Rejects with what it said when it fails. */
  async run(command: string, limitS = 60): Promise<string> {
    const endMs = performance.now() + limitS * 1000 * PATIENCE;
    for (;;) {
      const { code, text } = await this.#ssh(command);
      if (code === 0) return text;
      // 255 is ssh's own: nobody answers yet.
      if (code !== 255 || performance.now() > endMs)
        throw new Error(`${command}: ${code}\n${text}\n${this.console.slice(-4000)}`);
      await new Promise((done) => setTimeout(done, 500));
    }
  }

  /** A port of the board, by way of SSH: what listens on its loopback. Resolves to a port of this machine; `at` says which. */
  async tunnel(t: SpecContext, port: number, at?: number): Promise<number> {
    const here = at ?? (await freePort());
    const words = ["-N", "-L", `127.0.0.1:${here}:127.0.0.1:${port}`, "root@127.0.0.1"];
    const child = spawn("ssh", [...this.#sshOptions(), ...words], { stdio: "ignore" });
    t.defer(() => child.kill());
    return here;
  }

  /** Waits until it has switched itself off. */
  async off(limitS = 60): Promise<void> {
    let gone = false;
    void this.#ended.then(() => {
      gone = true;
    });
    await until("the machine switches itself off", () => gone, limitS * 1000 * PATIENCE);
  }

  /** As a power cut would. */
  async cut(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #ssh(command: string): Promise<{ code: number; text: string }> {
    const words = [...this.#sshOptions(), "root@127.0.0.1", command];
    return new Promise((done) => {
      execFile("ssh", words, { timeout: 60_000 * PATIENCE }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 255;
        done({ code, text: code === 0 ? stdout : `${stdout}${stderr}` });
      });
    });
  }

  #sshOptions(): string[] {
    const settings = {
      ...{ StrictHostKeyChecking: "no", UserKnownHostsFile: "/dev/null", LogLevel: "ERROR" },
      ...{ ConnectTimeout: "20", BatchMode: "yes", ExitOnForwardFailure: "yes" },
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return ["-p", String(this.#sshPort), ...(this.#key === undefined ? [] : ["-i", this.#key]), ...options];
  }
}
