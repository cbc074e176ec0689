/** A fleet of light boards in a few processes, on one broker: how it stands, and what it costs. */
import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuSeconds, memoryMb } from "../process-figures.ts";
import type { HostOrder, HostReport } from "./fleet-host.ts";

const HOST = fileURLToPath(new URL("./fleet-host.js", import.meta.url));
const EVERY_MS = 100;

export interface FleetCost {
  /** Of a core, in percent, for each board, and resident memory, MB. */
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

export class Fleet {
  readonly size: number;
  /** Names that all boards together know when each knows the one of each of its peers. */
  readonly names: number;
  readonly #hosts: readonly ChildProcess[];
  readonly #plans: readonly (readonly string[])[];
  readonly #bareMb: number;
  readonly #peersOf: ((board: number) => readonly number[]) | undefined;

  private constructor(
    size: number,
    hosts: readonly ChildProcess[],
    bareMb: number,
    peersOf?: (board: number) => readonly number[],
  ) {
    this.size = size;
    this.#hosts = hosts;
    this.#bareMb = bareMb;
    this.#peersOf = peersOf;
    this.#plans = hosts.map((_, host) =>
      [...Array(size).keys()].filter((board) => board % hosts.length === host).map(nameOf),
    );
    const peers = [...Array(size).keys()].map((board) => peersOf?.(board).length ?? size - 1);
    this.names = peers.reduce((sum, count) => sum + count, 0);
  }

  /** Starts the processes, without boards. `peersOf`: whom each is linked with; default: all. */
  static async of(
    size: number,
    processes: number,
    peersOf?: (board: number) => readonly number[],
  ): Promise<Fleet> {
    const hosts = Array.from({ length: processes }, () => fork(HOST, { serialization: "advanced" }));
    const fleet = new Fleet(size, hosts, 0, peersOf);
    await fleet.report();
    const bareMb = hosts.reduce((sum, { pid }) => sum + memoryMb(pid!).rss, 0);
    return new Fleet(size, hosts, bareMb, peersOf);
  }

  /** All boards at once. */
  start(url: string): void {
    for (const [at, host] of this.#hosts.entries()) {
      const boards = this.#plans[at]!.map((board) => {
        const peers = this.#peersOf?.(Number(board.slice(1))).map(nameOf);
        return { url, board, ...(peers && { peers }) };
      });
      host.send({ order: "start", boards } satisfies HostOrder);
    }
  }

  async report(): Promise<HostReport> {
    const reports = await Promise.all(
      this.#hosts.map(
        (host) =>
          new Promise<HostReport>((done, fail) => {
            if (!host.connected) {
              fail(new Error("a process of the fleet died"));
              return;
            }
            host.once("message", (message) => done(message as HostReport));
            host.send({ order: "report" } satisfies HostOrder);
          }),
      ),
    );
    const sum = (field: keyof HostReport) => reports.reduce((total, report) => total + report[field], 0);
    return { live: sum("live"), known: sum("known"), linked: sum("linked"), offline: sum("offline") };
  }

  /** Until a report satisfies; ms, or `undefined` after `limitMs`. */
  async until(test: (report: HostReport) => boolean, limitMs: number): Promise<number | undefined> {
    const sinceMs = performance.now();
    for (;;) {
      if (test(await this.report())) return performance.now() - sinceMs;
      if (performance.now() - sinceMs > limitMs) return undefined;
      await sleep(EVERY_MS);
    }
  }

  /** All are there, and each knows the names of all its peers. */
  isWhole({ live, known }: HostReport): boolean {
    return live === this.size && known === this.names;
  }

  /** Processor time of all boards since they were started, s. */
  cpuSeconds(): number {
    return this.#hosts.reduce((sum, { pid }) => sum + cpuSeconds(pid!), 0);
  }

  /** What a board costs, by so many seconds in which nothing happens. */
  async cost(seconds: number): Promise<FleetCost> {
    const [before, sinceMs] = [this.cpuSeconds(), performance.now()];
    await sleep(seconds * 1000);
    const cpuPercent = ((this.cpuSeconds() - before) / ((performance.now() - sinceMs) / 1000)) * 100;
    const mb = this.#hosts.reduce((sum, { pid }) => sum + memoryMb(pid!).rss, 0) - this.#bareMb;
    return { cpuPercent: cpuPercent / this.size, memoryMb: mb / this.size };
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#hosts.map((host) => {
        const gone = new Promise((done) => host.once("exit", done));
        host.send({ order: "end" } satisfies HostOrder);
        const limit = setTimeout(() => host.kill("SIGKILL"), 10_000);
        return gone.then(() => clearTimeout(limit));
      }),
    );
  }
}

function nameOf(board: number): string {
  return `b${board}`;
}
