/**
 * A whole board as a user starts it: launcher, world, guardian, runtime, on free ports and with folders of its
 * own. Everything it started is gone, and everything it wrote removed, when it was stopped.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { is } from "uvu/assert";
import { demoFile, demoText } from "../deploy/demo-board.ts";
import { freePort, isListening } from "../harness/free-port.ts";
import { type MqttProbe, probe } from "../harness/mqtt-probe.ts";
import { PATIENCE } from "../harness/patience.ts";
import { Skipped, type spec as Spec, type SpecContext } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { environmentOf, processesKnowing, runs } from "./processes.ts";
import { WorldWitness } from "./witness.ts";

export interface StartOptions {
  /** Text of the configuration; default: the demo's. */
  readonly config?: string;
  /** Id of the board in it; default: the demo's. */
  readonly id?: string;
  readonly timeScale?: number;
  /** An external broker instead of the embedded one. */
  readonly broker?: string;
  /** Where the tests' own clients join, and how; default: `broker`, or the board's own, by MQTT 5. */
  readonly watched?: { readonly url: string; readonly protocolVersion: 4 | 5 };
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one of its own, removed with the board. */
  readonly stateFolder?: string;
  /** Program and its first words; default: the command line with `run --json`. */
  readonly command?: readonly string[];
  /** Runs when the processes are started and before anything is waited for. */
  readonly early?: (board: Board) => Promise<void>;
}

/** A line of the log: an object with one key, or text that is no JSON. */
export type LogLine = Readonly<Record<string, unknown>> | string;

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const cliFile = fileURLToPath(new URL("../../deploy/cli/main.js", import.meta.url));

/** Four processes have to load; a shared machine may take its time. */
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 8000;
/**
 * A machine that is shared, or that runs a browser beside the board, holds threads up for longer than the board
 * bears by itself: it would take its runtime for dead and start it again, rightly, and tests would see that.
 */
const PATIENT = {
  HOLDFAST_PET_LIMIT: "5s",
  HOLDFAST_KERNEL_LIMIT: "5s",
  HOLDFAST_GUARDIAN_LIMIT: "10s",
  // Below the shortest hard deadline: a device that waits for longer is not hung.
  HOLDFAST_ANSWER_LIMIT: "400ms",
};

export class Board {
  readonly id: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly mqttUrl: string;
  readonly #mqttVersion: 4 | 5;
  #isInterrupted = false;
  readonly pageUrl: string;
  /** Known to no other process: the state folder, temporary files and the configuration lie in it. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly launcher: ChildProcess;
  readonly out: LogLine[] = [];
  readonly err: LogLine[] = [];
  worldPid = 0;
  mqtt!: MqttProbe;
  witness!: WorldWitness;
  readonly #undos: (() => unknown)[] = [];

  /** Starts the processes and waits for nothing. */
  static async launch(options: StartOptions = {}): Promise<Board> {
    const ports = { http: await freePort(), mqtt: await freePort() };
    return new Board(options, ports);
  }

  private constructor(options: StartOptions, ports: { http: number; mqtt: number }) {
    const {
      config,
      timeScale,
      broker,
      env,
      stateFolder,
      command = [process.execPath, cliFile, "run", "--json"],
    } = options;
    this.id = options.id ?? "greenhouse";
    this.httpPort = ports.http;
    this.mqttPort = ports.mqtt;
    this.mqttUrl = options.watched?.url ?? broker ?? `mqtt://127.0.0.1:${ports.mqtt}`;
    this.#mqttVersion = options.watched?.protocolVersion ?? 5;
    this.pageUrl = `http://127.0.0.1:${ports.http}/`;
    this.folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"));
    this.stateFolder = stateFolder ?? join(this.folder, "state");
    mkdirSync(join(this.folder, "tmp"));
    const file = join(this.folder, "board.config.json");
    if (config !== undefined) writeFileSync(file, config);
    const [program, ...words] = command;
    const args = [
      ...words,
      ...["--http-port", String(ports.http), "--mqtt-port", String(ports.mqtt), "--state", this.stateFolder],
      ...(timeScale === undefined ? [] : ["--time-scale", String(timeScale)]),
      ...(broker === undefined ? [] : ["--broker", broker]),
      config === undefined ? demoFile : file,
    ];
    // A process group of its own, as a shell gives each job: the terminal's Ctrl-C goes to the group.
    this.launcher = spawn(program!, args, {
      cwd: repository,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...PATIENT, TMPDIR: join(this.folder, "tmp"), ...env },
    });
    process.on("exit", this.#abandon);
    for (const [stream, log] of [
      [this.launcher.stdout!, this.out],
      [this.launcher.stderr!, this.err],
    ] as const)
      createInterface({ input: stream }).on("line", (line) => void log.push(parse(line)));
  }

  get pid(): number {
    return this.launcher.pid!;
  }

  /** As the log last said. */
  get guardianPid(): number {
    return this.#lastPid("guardianStarted");
  }

  get runtimePid(): number {
    return this.#lastPid("runtimeStarted");
  }

  /** Entries of the log under one key, oldest first. */
  logged(key: string): Record<string, unknown>[] {
    return [...this.err, ...this.out].flatMap((line) =>
      typeof line === "object" && key in line ? [line[key] as Record<string, unknown>] : [],
    );
  }

  /** Waits for the world, and connects to it as an observer. */
  async joinWorld(): Promise<void> {
    const find = () => processesKnowing(this.folder).find(({ command }) => command.includes("world-main"));
    await until("the world runs", find, START_LIMIT_MS);
    this.worldPid = find()!.pid;
    const path = environmentOf(this.worldPid, "HOLDFAST_WORLD")!;
    for (const endMs = performance.now() + START_LIMIT_MS * PATIENCE; ; ) {
      try {
        this.witness = await WorldWitness.connect(path);
        break;
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await new Promise((done) => setTimeout(done, 20));
      }
    }
    this.#undos.push(() => this.witness.close());
  }

  /** Waits until all devices and controllers are in service. */
  async inService(limitMs = START_LIMIT_MS): Promise<void> {
    for (const endMs = performance.now() + limitMs * PATIENCE; !(await this.health()).ok; ) {
      if (this.launcher.exitCode !== null) throw new Error(`the board ended:\n${this.logText()}`);
      if (performance.now() > endMs)
        throw new Error(`not in service: ${JSON.stringify(await this.health())}\n${this.logText()}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  /** The health document; `{ ok: false }` while nobody answers. */
  async health(): Promise<Record<string, unknown>> {
    try {
      return (await (await fetch(`${this.pageUrl}health`)).json()) as Record<string, unknown>;
    } catch {
      return { ok: false };
    }
  }

  /** Listens to everything the board says; connects again when the broker went away. The board is there: what is sent to it before is lost. */
  async joinMqtt(limitMs = 20_000): Promise<void> {
    this.mqtt = await this.probe(["holdfast/#"], { reconnectPeriod: 100 });
    await until("the board has said what it is", () => this.last("status")?.state === "online", limitMs);
  }

  /** One more client, closed with the board. */
  probe(filters: readonly string[] = [], options: Parameters<typeof probe>[3] = {}): Promise<MqttProbe> {
    const context = { defer: (undo: () => unknown) => void this.#undos.push(undo) } as SpecContext;
    return probe(context, this.mqttUrl, filters, { protocolVersion: this.#mqttVersion, ...options });
  }

  /** The topic of this board. */
  topic(rest: string): string {
    return `holdfast/${this.id}/${rest}`;
  }

  /** The last document of a topic. */
  last(rest: string): Record<string, unknown> | undefined {
    return this.mqtt.last(this.topic(rest));
  }

  /** Events heard, oldest first. */
  events(kind?: string, device?: string, from = 0): Record<string, unknown>[] {
    const topic = this.topic("events");
    return this.mqtt.seen
      .slice(from)
      .filter((message) => message.topic === topic)
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
      .filter((event) => kind === undefined || event.kind === kind)
      .filter((event) => device === undefined || event.device === device);
  }

  /** Where the listener's notes stand: what comes later is looked for from here. */
  get mark(): number {
    return this.mqtt.seen.length;
  }

  async waitForEvent(kind: string, device: string | undefined, from: number, limitMs = 6000) {
    const what = `event ${kind}${device === undefined ? "" : ` of ${device}`}`;
    await until(what, () => this.events(kind, device, from).length > 0, limitMs);
    return this.events(kind, device, from)[0]!;
  }

  /** Waits until the last document of a topic satisfies `test`; returns it. */
  async waitForLast(
    rest: string,
    what: string,
    test: (document: Record<string, unknown>) => boolean,
    limitMs = 6000,
  ): Promise<Record<string, unknown>> {
    const found = () => {
      const document = this.last(rest);
      return document !== undefined && test(document);
    };
    try {
      await until(`${rest}: ${what}`, found, limitMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(this.last(rest))}`);
    }
    return this.last(rest)!;
  }

  /** Waits until a document of a topic since a mark has satisfied `test`, whatever was said after it; returns the first one. */
  async waitForSaid(
    rest: string,
    what: string,
    from: number,
    test: (document: Record<string, unknown>) => boolean,
    limitMs = 6000,
  ): Promise<Record<string, unknown>> {
    const topic = this.topic(rest);
    const found = () =>
      this.mqtt.seen
        .slice(from)
        .filter((message) => message.topic === topic && message.text !== "")
        .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
        .find(test);
    await until(`${rest}: ${what}`, found, limitMs);
    return found()!;
  }

  /** Answers on the error topic of a device since a mark. */
  errors(device: string, from = 0): { command: unknown; reason: string }[] {
    const topic = this.topic(`${device}/error`);
    return this.mqtt.seen
      .slice(from)
      .filter((message) => message.topic === topic)
      .map(({ text }) => JSON.parse(text));
  }

  async waitForError(device: string, from: number): Promise<{ command: unknown; reason: string }> {
    await until(`an error for ${device}`, () => this.errors(device, from).length > 0);
    return this.errors(device, from)[0]!;
  }

  async command(device: string, command: unknown): Promise<void> {
    await this.mqtt.send(this.topic(`${device}/set`), command);
  }

  async world(device: string, set: Record<string, unknown>): Promise<void> {
    await this.mqtt.send(this.topic(`world/${device}/set`), set);
  }

  /** Ctrl-C in the terminal. */
  interrupt(): void {
    this.#isInterrupted = true;
    process.kill(-this.pid, "SIGINT");
  }

  /** It was told to end: whoever knocks there may find nobody. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** Waits until the launcher has ended; its exit code. */
  async ended(limitMs = STOP_LIMIT_MS): Promise<number | null> {
    const { launcher } = this;
    await until(
      "the launcher ends",
      () => launcher.exitCode !== null || launcher.signalCode !== null,
      limitMs,
    );
    return launcher.exitCode;
  }

  /** Ctrl-C, and afterwards nothing is left: exit code 0, no process, no port, no file. */
  async stop({ exitCode = 0 }: { exitCode?: number } = {}): Promise<void> {
    try {
      if (this.launcher.exitCode === null && this.launcher.signalCode === null) this.interrupt();
      const code = await this.ended();
      await until("every process has ended", () => processesKnowing(this.folder).length === 0, 3000).catch(
        () => {
          throw new Error(`left running: ${JSON.stringify(processesKnowing(this.folder))}`);
        },
      );
      is(code, exitCode, `exit code\n${this.logText()}`);
      is(await isListening(this.httpPort), false, "the page's port is free");
      is(await isListening(this.mqttPort), false, "the broker's port is free");
      is(readdirSync(join(this.folder, "tmp")).join(", "), "", "temporary files are removed");
    } finally {
      await this.discard();
    }
  }

  /** Ends whatever is left, in any state. */
  async discard(): Promise<void> {
    process.off("exit", this.#abandon);
    // One that was just being started is found in the next round; until all have ended, files are still written.
    const areGone = () => {
      this.#killAll();
      return processesKnowing(this.folder).length === 0;
    };
    try {
      await until("what was killed has ended", areGone, 3000);
    } finally {
      for (const undo of this.#undos.splice(0).reverse()) await undo();
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  logText(): string {
    const text = (line: LogLine) => (typeof line === "string" ? line : JSON.stringify(line));
    return [...this.out, ...this.err].slice(-40).map(text).join("\n");
  }

  #lastPid(key: string): number {
    return (this.logged(key).at(-1)?.pid as number | undefined) ?? 0;
  }

  /** The test process ends before its time. */
  readonly #abandon = (): void => {
    this.#killAll();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  };

  readonly #killAll = (): void => {
    for (const { pid } of processesKnowing(this.folder)) kill(pid, "SIGKILL");
    if (this.launcher.exitCode === null && runs(this.pid)) kill(this.pid, "SIGKILL");
  };
}

/** A board in service, with an MQTT listener and the witness; stopped in order when the test ends. */
export async function startBoard(t: SpecContext, options: StartOptions = {}): Promise<Board> {
  const board = await Board.launch(options);
  t.defer(() => board.discard());
  await prepare(board, options);
  return board;
}

/**
 * Tests that share one board. It is started by the first one that runs and stopped by `end`, which fails when
 * anything is left.
 */
export function sharedBoard(spec: typeof Spec, options: StartOptions = {}) {
  let started: Promise<Board> | undefined;
  const start = async () => {
    const board = await Board.launch(options);
    await prepare(board, options).catch(async (error: Error) => {
      await board.discard();
      throw error;
    });
    return board;
  };
  return {
    spec(name: string, body: (board: Board, t: SpecContext) => unknown, limitMs = 20_000): void {
      const run = async (t: SpecContext) => {
        started ??= start();
        const board = await started;
        try {
          await body(board, t);
        } catch (error) {
          if (!(error instanceof Skipped)) console.log(`\n  the board's log:\n${board.logText()}`);
          throw error;
        }
      };
      spec(name, run, { limitMs: limitMs + START_LIMIT_MS });
    },
    end(name = "after Ctrl-C nothing of the board is left"): void {
      const stop = async () => (await started?.catch(() => undefined))?.stop();
      spec(name, stop, { limitMs: 30_000, always: true });
    },
  };
}

async function prepare(board: Board, { config = demoText, early }: StartOptions): Promise<void> {
  await board.joinWorld();
  await early?.(board);
  await board.inService();
  await board.joinMqtt();
  // What is retained comes one after the other.
  const { devices = {}, controllers = {} } = JSON.parse(config) as Record<string, object>;
  const silent = () =>
    Object.keys({ ...devices, ...controllers }).filter((id) => board.last(`${id}/state`) === undefined);
  await until("every device has said its state", () => silent().length === 0, 20_000);
}

function parse(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as LogLine) : line;
  } catch {
    return line;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in the meantime.
  }
}
