/** The cells of the soak under their supervisor, with a watchdog's judgement, and ways to harm them. */
import type { CellLife, CellSpec } from "../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import type { CrashReport } from "../../runtime/process/cell-contract.ts";
import { describeReason, type ExitReason } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { BAND } from "../../runtime/process/process.ts";
import { supervisor } from "../../runtime/supervision/supervisor.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { WATCHDOG_DEFAULTS, Watchdog } from "../../runtime/watchdog/watchdog.ts";
import { Auditor, type Fault } from "./auditor.ts";

const CELLS = ["a", "b", "c", "d", "e", "f", "g"] as const;
/** One cell lives by Node's event loop, as the board's MQTT cell does; one is a process of its own. */
const EVENTFUL = "f";
const CHILD = "g";
export const SINK = "sink";

/** What cells and processes are told to die of, or do by themselves; any other crash is a finding. */
const PLANNED = [
  "Error: told to crash",
  "Error: a stream crashes",
  "Error: a twin crashes",
  "Error: churned",
  "hung",
  // A twin whose other half was gone before it could link to it.
  "noproc",
];

export class Fleet {
  readonly auditor = new Auditor();
  readonly kernel: ThreadKernel;
  /** Ends of cells, by cause. */
  readonly ends: Record<string, number> = {};
  readonly #clock = new SystemClock();
  readonly #lives = new Map<string, number>();
  readonly #watchdog: Watchdog;
  readonly #look: NodeJS.Timeout;

  constructor(seed: number) {
    this.kernel = new ThreadKernel({
      board: "soak",
      clock: this.#clock,
      hooks: {
        ended: (life, cause) => this.#ended(life, cause),
        crashed: (life, report) => this.#crashed(life, report),
      },
      onStarted: (watched) => {
        this.#lives.set(watched.cell, watched.incarnation);
        this.#watchdog.watch(watched);
      },
    });
    this.#watchdog = new Watchdog(
      {
        pet() {},
        fence() {},
        endCell: ({ cell, incarnation }) => this.kernel.endCell(cell, incarnation, "hung"),
        blocked() {},
        endRuntime: (why) => void this.auditor.violations.push(why),
      },
      { ...WATCHDOG_DEFAULTS, kernelLimitUs: 1e12, endLimitUs: 20_000_000 },
    );
    this.#look = setInterval(() => this.#watchdog.look(this.#clock.now()), 10);
    this.kernel.cell.spawn(this.auditor.body(), [], { mailboxCapacity: 100_000, label: "auditor" });
    const children = this.#specs(seed).map((spec) => ({
      id: spec.name,
      start: () => this.kernel.startCell(spec),
      restart: "permanent" as const,
    }));
    const tree = supervisor({ strategy: "oneForOne", intensity: 1000, periodMs: 1000, children });
    this.kernel.cell.spawn(tree, [], { band: BAND.system, label: "supervisor" });
    this.kernel.cell.post("auditor", undefined);
  }

  get names(): readonly string[] {
    return [...CELLS, SINK];
  }

  /** Cells whose first process answers to its name. */
  get standing(): readonly string[] {
    return this.names.filter((name) => this.crewOf(name) !== undefined);
  }

  crewOf(name: string): Pid | undefined {
    return this.kernel.cell.names.whereis(`crew.${name}`);
  }

  tell(name: string, message: object): void {
    const pid = this.crewOf(name);
    if (pid !== undefined) this.kernel.cell.post(pid, message);
  }

  /**
   * Ends the thread whatever it does at that moment; `early` also while it loads its code, which costs
   * descriptors: Node 20 leaves those of files open that a thread reads when it is terminated.
   */
  kill(name: string, early: boolean): void {
    if (early || this.crewOf(name) !== undefined)
      this.kernel.endCell(name, this.#lives.get(name) ?? 0, "killed");
  }

  misbehave(name: string, fault: Fault): void {
    this.tell(name, { type: "fault", fault });
  }

  shutDown(name: string): void {
    const pid = this.crewOf(name);
    if (pid !== undefined) this.kernel.cell.exit(undefined, pid, "kill");
  }

  async stop(): Promise<void> {
    clearInterval(this.#look);
    await this.kernel.stop();
  }

  #specs(seed: number): readonly CellSpec[] {
    const module = new URL("./crew.js", import.meta.url).href;
    const crews = CELLS.map((name, n): CellSpec => {
      const others = CELLS.filter((other) => other !== name);
      return {
        name,
        body: { module, name: "crew" },
        args: [name, others, seed + n],
        heapMb: 24,
        hangLimitUs: 500_000,
        ...(name === EVENTFUL ? { loop: "event" } : {}),
        ...(name === CHILD ? { kind: "child" } : {}),
      };
    });
    return [...crews, { name: SINK, body: { module, name: "sink" }, args: [SINK], heapMb: 24 }];
  }

  #ended({ name, incarnation }: CellLife, cause: ExitReason): void {
    this.#watchdog.unwatch(name, incarnation);
    const what = typeof cause === "string" ? cause : describeReason(cause);
    this.ends[what] = (this.ends[what] ?? 0) + 1;
  }

  #crashed({ name }: CellLife, { label, reason }: CrashReport): void {
    const what = describeReason(reason);
    // Who is linked into a cell that ends goes with it.
    const planned = PLANNED.includes(what) || what.startsWith("cell ");
    if (!planned) this.auditor.violations.push(`${label} in ${name} crashed: ${what}`);
  }
}
