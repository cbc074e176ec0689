/** A new version of a cell on trial, in the kernel without threads: both versions in one thread, frames copied. */
import type { FromTrial, ToTrial } from "../code-change/gate-frame.ts";
import { takenMemory } from "../code-change/taken-words.ts";
import { TrialCell } from "../code-change/trial-cell.ts";
import { type RouterWays, TrialRouter } from "../code-change/trial-router.ts";
import { Cell } from "../process/cell.ts";
import type { Body, CellOptions, CellResources } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Groups } from "../process/groups.ts";
import { type NameRegistry, Names } from "../process/names.ts";
import type { Frame } from "../process/signal.ts";
import type { TrialNews } from "./code-change.ts";
import type { CellLife } from "./kernel.ts";
import { ResumeCount } from "./resume-count.ts";

export interface LocalTrialOptions {
  readonly old: Cell;
  readonly life: CellLife;
  readonly cell: Omit<CellOptions, "names" | "progress" | "onCrash">;
  readonly body: Body;
  readonly resources: CellResources;
  /** What the old version was started with. */
  readonly args: readonly unknown[];
  readonly rootKey: string;
  readonly stopMs: number;
  /** The board's names, for when it is the cell. */
  readonly registry: NameRegistry;
  /** As in `RouterWays`; the rest is done here. */
  readonly ways: Pick<
    RouterWays,
    "toPeer" | "peers" | "toBoard" | "boards" | "claim" | "release" | "live" | "failed" | "over"
  >;
  startSpawner(cell: Cell): void;
  /** Has the old version go on, with what it held. */
  readonly takeBack: (cause: ExitReason, blame: boolean) => void;
  rolledBack(cause: ExitReason, lost: readonly string[]): void;
  /** It passed: from now on it gets what comes for the cell. */
  handOver(): void;
  onCrash: CellOptions["onCrash"];
  readonly tell: (news: TrialNews) => void;
}

export class LocalTrial {
  readonly life: CellLife;
  readonly tell: (news: TrialNews) => void;
  readonly takeBack: LocalTrialOptions["takeBack"];
  readonly cell: Cell;
  readonly names = new Names();
  readonly groups = new Groups();
  readonly router: TrialRouter;
  readonly trial: TrialCell;
  readonly #toNew: ToTrial[] = [];
  readonly #toOld: FromTrial[] = [];
  readonly #clock: CellOptions["clock"];

  constructor(options: LocalTrialOptions) {
    const { life, tell, body, args, ways, old, resources } = options;
    this.life = life;
    this.tell = tell;
    this.takeBack = options.takeBack;
    this.#clock = options.cell.clock;
    const taken = takenMemory();
    const count = new ResumeCount();
    this.cell = new Cell({
      ...options.cell,
      names: this.names,
      groups: this.groups,
      progress: count,
      resources,
      endsWithRoot: true,
      onCrash: (report, dead) => {
        if (this.trial.isCell) options.onCrash?.(report, dead);
        else this.trial.crashed(report.reason);
      },
    });
    this.router = new TrialRouter(
      old,
      {
        ...ways,
        toTrial: (frame) => void this.#toNew.push(structuredClone(frame)),
        drain: () => this.#hear(),
        rolledBack: options.rolledBack,
        handOver: (kept) => {
          const frames = structuredClone(kept) as Frame[];
          this.#toNew.push({ control: "yours", links: [], boards: [], kept: frames });
          options.handOver();
          for (const frame of this.#toNew.splice(0)) this.trial.onFrame(frame);
        },
      },
      taken,
      options.stopMs,
    );
    this.trial = new TrialCell({
      cell: this.cell,
      body,
      args,
      keys: { root: options.rootKey, spawner: "" },
      taken,
      resumes: () => count.ofRoot,
      tell: (frame) => void this.#toOld.push(structuredClone(frame)),
      startSpawner: () => options.startSpawner(this.cell),
    });
    const registry = () => (this.trial.isCell ? options.registry : this.trial.registry);
    this.names.connect({
      claim: (name, pid, scope) => registry().claim(name, pid, scope),
      release: (name, pid) => registry().release(name, pid),
    });
  }

  /** Lets both versions hear each other and the new one work; true when something happened. */
  turn(): boolean {
    let happened = this.#hear();
    for (const frame of this.#toNew.splice(0)) {
      this.trial.onFrame(frame);
      happened = true;
    }
    if (this.trial.isCell || this.trial.isOver) return happened;
    this.cell.resources.poll?.((to, message) => this.cell.post(to, message));
    const due = this.cell.nextWakeUs() <= this.#clock.now();
    this.trial.turn();
    return this.#hear() || happened || (due && this.trial.isWorking);
  }

  #hear(): boolean {
    const frames = this.#toOld.splice(0);
    for (const frame of frames) this.router.onTrial(frame);
    return frames.length > 0;
  }
}
