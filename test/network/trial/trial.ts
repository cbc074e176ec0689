/** Boards, a broker and a network of real programs for one history, and everything that can be done to them. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { freePort } from "../../harness/free-port.ts";
import { PATIENCE } from "../../harness/patience.ts";
import type { CompanyPlan } from "../actors/company.ts";
import type { BoardCellPlan } from "../board/board-cells.ts";
import { HistoryFile, readHistory } from "../board/history-file.ts";
import type { LightBoardPlan } from "../board/light-board.ts";
import type { Entry, Happening, Times } from "../history/entry.ts";
import type { Cut, Hosts } from "../hosts/hosts.ts";
import type { HubOrder } from "../wire/hub.ts";
import { HubProgram } from "../wire/hub-program.ts";
import { CLEAR, type Weather } from "../wire/weather.ts";
import { unlinkedAtEnd } from "./summary.ts";
import { killed, TrialBroker } from "./trial-broker.ts";

const HEARTBEAT_MS = 500;
const LOST_MS = 2000;
const ORDER_EVERY_MS = 500;
const LINKED_WITHIN_MS = 30_000 * PATIENCE;
const LOOK_EVERY_MS = 300;

/** A shared machine may be late by seconds. */
export const TIMES: Times = {
  leaseUs: 3_000_000,
  lostUs: LOST_MS * 1000,
  oldestUs: (2 * ORDER_EVERY_MS + LOST_MS + 2 * HEARTBEAT_MS) * 1000,
  slackUs: 5_000_000,
};

export interface TrialOptions {
  readonly hosts: Hosts;
  readonly boards: readonly string[];
  readonly seed: number;
  /** The broker has what was retained when it is started again. */
  readonly brokerKeeps: boolean;
}

interface BoardProgram {
  life: number;
  child: ChildProcess;
  isStopped: boolean;
}

export class Trial {
  readonly boards: readonly string[];
  readonly #options: TrialOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "holdfast-network-"));
  readonly #clock = new SystemClock();
  readonly #history: HistoryFile;
  readonly #ports: Readonly<Record<string, number>>;
  readonly #hub: HubProgram;
  readonly #broker: TrialBroker;
  readonly #programs = new Map<string, BoardProgram>();

  private constructor(options: TrialOptions, brokerPort: number, ports: Readonly<Record<string, number>>) {
    const { hosts, boards, seed, brokerKeeps } = options;
    this.#options = options;
    this.boards = boards;
    this.#ports = ports;
    this.#history = new HistoryFile(join(this.#folder, "trial.jsonl"));
    this.#broker = new TrialBroker(hosts, brokerPort, this.#folder, brokerKeeps);
    this.#broker.start();
    this.#hub = new HubProgram(hosts, { brokerPort, ports, seed });
    for (const board of boards) this.#start(board, 1);
  }

  static async start(options: TrialOptions): Promise<Trial> {
    const ports: Record<string, number> = {};
    for (const board of options.boards) ports[board] = await freePort();
    return new Trial(options, await freePort(), ports);
  }

  /** Writes down what is done, for people. `sign`: one character for a drawing. */
  note(who: string, sign: string, text: string): void {
    this.#write(who, { what: "fault", sign, text });
  }

  /** Pulls its cable. */
  cut(board: string, cut: Cut): void {
    if (this.#options.hosts.cut(board, cut)) return;
    this.#order({ board, up: { held: cut !== "to" }, down: { held: cut !== "from" } });
  }

  weather(board: string, up: Partial<Weather>, down: Partial<Weather> = up): void {
    this.#order({ board, up, down });
  }

  /** Its cable is in, and its weather clear. */
  heal(board: string): void {
    this.#options.hosts.heal(board);
    this.#order({ board, up: CLEAR, down: CLEAR });
  }

  reset(board: string): void {
    this.#order({ board, reset: true });
  }

  replay(replay: boolean): void {
    this.#order({ replay });
  }

  async killBoard(board: string): Promise<void> {
    const program = this.#programs.get(board)!;
    await killed(program.child);
    this.#write(`${board}#${program.life}`, { what: "ended" });
    this.#start(board, program.life + 1);
  }

  stopBoard(board: string): void {
    const program = this.#programs.get(board)!;
    if (program.isStopped) return;
    program.isStopped = true;
    this.#write(`${board}#${program.life}`, { what: "stopped" });
    program.child.kill("SIGSTOP");
  }

  continueBoard(board: string): void {
    const program = this.#programs.get(board)!;
    if (!program.isStopped) return;
    program.isStopped = false;
    program.child.kill("SIGCONT");
    this.#write(`${board}#${program.life}`, { what: "continued" });
  }

  jumpClock(board: string, aheadMs: number): void {
    this.#programs.get(board)!.child.stdin!.write(`${JSON.stringify({ type: "jump", aheadMs })}\n`);
  }

  async restartBroker(downMs: number): Promise<void> {
    await this.#broker.kill();
    await sleep(downMs);
    this.#broker.start();
  }

  /** Waits until every board is linked with every other; throws after 30 s, on a machine that is shared later. */
  async linked(): Promise<void> {
    const sinceMs = performance.now();
    for (let left = ["not looked at"]; left.length > 0; left = unlinkedAtEnd(this.history(), this.boards)) {
      if (performance.now() - sinceMs > LINKED_WITHIN_MS)
        throw new Error(`still not linked: ${left.join(", ")}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Everything is as it was at the start, until nothing is under way any more. */
  async calmDown(): Promise<void> {
    this.replay(false);
    for (const board of this.boards) {
      this.continueBoard(board);
      this.heal(board);
    }
    this.note("network", " ", "healed");
    await this.linked();
    await sleep((2 * TIMES.lostUs + TIMES.slackUs) / 1000);
    this.note("network", " ", "over");
  }

  /** Up to now: one board writes on while the file of another is read. */
  history(): Entry[] {
    const nowUs = this.#clock.now();
    const files = readdirSync(this.#folder).filter((name) => name.endsWith(".jsonl"));
    return readHistory(files.map((name) => join(this.#folder, name))).filter(({ atUs }) => atUs <= nowUs);
  }

  async close(): Promise<void> {
    for (const { child } of this.#programs.values()) await killed(child);
    await this.#hub.close();
    await this.#broker.kill();
    this.#options.hosts.close();
    rmSync(this.#folder, { recursive: true });
  }

  #start(board: string, life: number): void {
    const { hosts, boards, seed } = this.#options;
    const link: BoardCellPlan = {
      board,
      life,
      url: `mqtt://${hosts.hubAddress}:${this.#ports[board]}`,
      heartbeatMs: HEARTBEAT_MS,
      lostMs: LOST_MS,
      history: join(this.#folder, `${board}.${life}.jsonl`),
      seed,
    };
    const company: CompanyPlan = {
      board,
      boards,
      talkers: 2,
      everyMs: 150,
      longest: 200_000,
      oneIn: { long: 100, link: 20, end: 600 },
      lease: { leaseMs: TIMES.leaseUs / 1000, everyMs: ORDER_EVERY_MS },
    };
    const plan: LightBoardPlan = { link, company };
    const args = ["--enable-source-maps", programOf("../board/light-board.js"), JSON.stringify(plan)];
    const child = hosts.start(board, process.execPath, args, "inherit");
    this.#programs.set(board, { life, child, isStopped: false });
  }

  #order(order: HubOrder): void {
    this.#hub.order(order);
  }

  #write(who: string, happening: Happening): void {
    this.#history.write({ atUs: this.#clock.now(), who, ...happening });
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function programOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
