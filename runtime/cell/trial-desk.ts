/**
 * New versions of cells on trial, as the kernel of threads sees them: starts each beside the old one, and makes it
 * the cell or ends it.
 */
import { takenMemory } from "../code-change/taken-words.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { pack } from "../process/pack.ts";
import type { WatchedCell } from "../watchdog/cell-watch.ts";
import type { CellHost } from "./cell-host.ts";
import type { CellHosts } from "./cell-hosts.ts";
import { type CellEnd, openWay } from "./cell-way.ts";
import {
  type NewCode,
  STOP_MS,
  TRIAL_MS,
  type TrialNews,
  type TrialOptions,
  trialName,
} from "./code-change.ts";
import type { ControlFrame } from "./control-frame.ts";
import type { CellLife, CellSpec, KernelHooks } from "./kernel.ts";
import { createProgressMemory } from "./progress-word.ts";
import type { CellStart } from "./thread-start.ts";

/** A cell as its trial needs it. */
export interface TrialCellWays {
  readonly spec: CellSpec;
  readonly end: CellEnd;
  readonly keys: CellStart["keys"];
  /** To the old version. */
  post(frame: ControlFrame): void;
  /** Looks at what the old version said and nobody heard yet. */
  drain(): void;
}

export interface TrialDeskOptions {
  readonly board: string;
  readonly hosts: CellHosts;
  readonly hooks: KernelHooks;
  readonly bootLimitMs: number;
  onStarted(cell: WatchedCell): void;
  /** The new version is the cell: the old one's thread is no longer of interest. */
  become(name: string, spec: CellSpec, code: NewCode, host: CellHost, progress: SharedArrayBuffer): void;
  /** It became the cell and ended. */
  over(name: string, host: CellHost, cause: ExitReason | undefined): void;
}

interface Trial {
  readonly cell: TrialCellWays;
  readonly spec: CellSpec;
  readonly code: NewCode;
  readonly life: CellLife;
  readonly progress: SharedArrayBuffer;
  readonly trialMs: number;
  readonly tell: (news: TrialNews) => void;
  host: CellHost | undefined;
  timer: NodeJS.Timeout | undefined;
  cause: ExitReason | undefined;
  blame: boolean;
  lent: boolean;
  /** The old version was told to hand over. */
  passes: boolean;
  takenBack: boolean;
  /** Its thread is there no more. */
  ended: boolean;
  /** It passed. */
  isCell: boolean;
  over: boolean;
}

export class TrialDesk {
  readonly #options: TrialDeskOptions;
  readonly #trials = new Map<string, Trial>();
  readonly #lives = new Map<string, number>();

  constructor(options: TrialDeskOptions) {
    this.#options = options;
  }

  /** Throws when this cell cannot change its code. */
  begin(cell: TrialCellWays, code: NewCode, options: TrialOptions, tell: (news: TrialNews) => void): void {
    const { spec, end } = cell;
    const { name } = spec;
    if (this.#trials.has(name)) throw new Error(`cell "${name}" is changing its code already`);
    if (spec.kind === "child" || spec.loop === "event")
      throw new Error(`cell "${name}" cannot change its code: only blocking cells in threads can`);
    const changed = { ...spec, ...code };
    const args = pack(changed.args).packed;
    const life = { name: trialName(name), incarnation: (this.#lives.get(name) ?? 0) + 1 };
    this.#lives.set(name, life.incarnation);
    const progress = createProgressMemory(changed.externalMb);
    const trial: Trial = {
      cell,
      spec: changed,
      code,
      life,
      progress,
      trialMs: options.trialMs ?? TRIAL_MS,
      tell,
      host: undefined,
      timer: undefined,
      cause: undefined,
      blame: true,
      lent: false,
      passes: false,
      takenBack: false,
      ended: false,
      isCell: false,
      over: false,
    };
    this.#trials.set(name, trial);
    const taken = takenMemory();
    const [toOld, toNew] = openWay(end, end);
    cell.post({ control: "trial", gate: toNew, taken, limitMs: options.stopMs ?? STOP_MS });
    const { args: _, ...rest } = changed;
    const start = {
      spec: rest,
      args,
      board: this.#options.board,
      incarnation: end.incarnation,
      keys: cell.keys,
    };
    void this.#launch(trial, { ...start, bell: end.bell, progress, kernel: toOld, trial: { taken } });
  }

  /** The trial time is over. False when there is none. */
  pass(name: string): boolean {
    const trial = this.#trials.get(name);
    if (trial === undefined) return false;
    clearTimeout(trial.timer);
    trial.passes = true;
    trial.cell.post({ control: "trialPassed" });
    return true;
  }

  /** An operator's roll-back. False when there is no trial, or it has just passed. */
  rollBack(name: string, cause: ExitReason): boolean {
    return this.#trials.get(name)?.passes !== true && this.end(name, cause, false);
  }

  /** Ends the new version on trial; what it has at hand is delivered to the old one, unless that is to `blame`. */
  end(name: string, cause: ExitReason, blame: boolean): boolean {
    const trial = this.#trials.get(name);
    if (trial === undefined) return false;
    trial.cause ??= cause;
    trial.blame = blame;
    if (trial.host === undefined) this.#gone(trial, undefined);
    else void trial.host.end();
    return true;
  }

  /** As `end`, by the name and life that the watchdog knows. */
  endLife(name: string, incarnation: number, cause: ExitReason): boolean {
    for (const [cell, { life }] of this.#trials) {
      if (life.name === name && life.incarnation === incarnation) return this.end(cell, cause, true);
    }
    return false;
  }

  /** What carries the new version that the watchdog knows so. */
  hostOf(name: string, incarnation: number): CellHost | undefined {
    for (const { life, host } of this.#trials.values())
      if (life.name === name && life.incarnation === incarnation) return host;
    return undefined;
  }

  /** The old version tells of its trial. */
  onFrame(name: string, frame: ControlFrame): void {
    const trial = this.#trials.get(name);
    if (trial === undefined) return;
    switch (frame.control) {
      case "trialLive":
        void this.#lend(name, trial);
        break;
      case "trialFailed":
        trial.cause ??= frame.cause;
        void this.#takeBack(trial);
        break;
      case "rolledBack": {
        const { cause, lost } = frame;
        this.#close(trial, trial.cause ?? cause);
        trial.tell({ phase: "rolledBack", cause: trial.cause ?? cause, lost });
        break;
      }
      case "handedOver":
        this.#become(trial);
        break;
    }
  }

  /** The whole cell ended. */
  cellOver(name: string, cause: ExitReason): void {
    const trial = this.#trials.get(name);
    if (trial === undefined) return;
    this.#close(trial, cause);
    trial.tell({ phase: "over", cause });
  }

  stop(): Promise<unknown> {
    const trials = [...this.#trials.values()];
    for (const trial of trials) {
      trial.over = true;
      clearTimeout(trial.timer);
    }
    return Promise.all(trials.map(({ host }) => host?.end()));
  }

  async #launch(trial: Trial, start: Omit<CellStart, "prepared">): Promise<void> {
    const { life, spec } = trial;
    const { hosts, hooks, bootLimitMs } = this.#options;
    try {
      const prepared = await hooks.prepare?.(life, new Int32Array(start.bell));
      if (trial.over || trial.cause !== undefined) return;
      const host = hosts.create(spec, {
        loaded: () => {},
        ended: (cause) => this.#gone(trial, cause),
        logged: (record) => hooks.logged?.(life, record),
      });
      trial.host = host;
      trial.timer = setTimeout(() => this.end(spec.name, "hung", true), bootLimitMs);
      host.begin({ ...start, prepared });
      this.#options.onStarted(watched(trial, life));
    } catch (error) {
      this.end(spec.name, crashReason(error), true);
    }
  }

  /** Its thread is gone: by itself, or because somebody ended it. */
  #gone(trial: Trial, cause: ExitReason | undefined): void {
    trial.ended = true;
    const { spec } = trial.cell;
    if (!trial.over) {
      trial.cause ??= cause;
      // It may have been made the cell before it died.
      trial.cell.drain();
    }
    if (trial.isCell) this.#options.over(spec.name, trial.host!, cause);
    if (trial.over) return;
    void this.#takeBack(trial);
  }

  async #lend(name: string, trial: Trial): Promise<void> {
    clearTimeout(trial.timer);
    trial.lent = true;
    try {
      await this.#options.hooks.lend?.(lifeOf(trial), trial.life);
    } catch (error) {
      this.end(name, crashReason(error), false);
      return;
    }
    if (trial.over) return;
    trial.cell.post({ control: "trialGo" });
    trial.tell({ phase: "trial" });
    if (Number.isFinite(trial.trialMs)) trial.timer = setTimeout(() => this.pass(name), trial.trialMs);
  }

  /** Once: then the old version goes on. */
  async #takeBack(trial: Trial): Promise<void> {
    if (trial.takenBack) return;
    trial.takenBack = true;
    try {
      if (trial.lent) await this.#options.hooks.takeBack?.(lifeOf(trial), trial.life);
    } catch {
      // It went back by itself, or nobody has it any more: the old version will see.
    }
    if (!trial.over)
      trial.cell.post({ control: "trialGone", cause: trial.cause ?? "killed", blame: trial.blame });
  }

  #become(trial: Trial): void {
    const { spec, progress, life } = trial;
    const { hooks, onStarted, become, over } = this.#options;
    const { incarnation } = trial.cell.end;
    clearTimeout(trial.timer);
    trial.over = true;
    this.#trials.delete(spec.name);
    become(spec.name, trial.spec, trial.code, trial.host!, progress);
    hooks.becameCell?.({ name: spec.name, incarnation }, life);
    onStarted(watched(trial, { name: spec.name, incarnation }));
    trial.tell({ phase: "committed" });
    trial.isCell = true;
    if (trial.ended) over(spec.name, trial.host!, trial.cause);
  }

  #close(trial: Trial, cause: ExitReason): void {
    clearTimeout(trial.timer);
    trial.over = true;
    this.#trials.delete(trial.spec.name);
    void trial.host?.end();
    this.#options.hooks.ended?.(trial.life, cause);
  }
}

/** Old and new version wait at the same bell. */
function watched({ cell, progress }: Trial, { name, incarnation }: CellLife): WatchedCell {
  return { cell: name, incarnation, progress, bell: cell.end.bell };
}

function lifeOf({ cell: { spec, end } }: Trial): CellLife {
  return { name: spec.name, incarnation: end.incarnation };
}
