/**
 * Cells without threads: all of them in one thread, in a fixed order, under an injected clock.
 *
 * For simulation and tests. Nothing here waits; `settle` runs everything that is due, `advanceTo` cranks the
 * clock from expiry to expiry. The same start gives the same trace.
 */
import type { BoardExchange } from "../boards/board-exchange.ts";
import type { OwnBoard } from "../boards/own-board.ts";

import { crashDetails } from "../introspection/crash-details.ts";
import type { Inquiry } from "../introspection/inquiry.ts";
import { LastMessages } from "../introspection/last-messages.ts";
import type { CellStatus } from "../introspection/report.ts";
import { Cell } from "../process/cell.ts";
import type { Body, CellResources, Peer } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { pack, unpack } from "../process/pack.ts";
import { createPid, exportPid, importPid, type Pid, processOf, randomKey } from "../process/pid.ts";
import { BAND, type ProcessGenerator } from "../process/process.ts";
import { spawnerName } from "../process/spawn-in.ts";
import type { VirtualClock } from "../time/virtual-clock.ts";
import {
  ChangedCode,
  type NewCode,
  STOP_MS,
  TRIAL_MS,
  type TrialNews,
  type TrialOptions,
  trialName,
} from "./code-change.ts";
import type { CellLife, CellSpec, Kernel, KernelHooks } from "./kernel.ts";
import { KERNEL_CELL } from "./kernel-cell.ts";
import { LocalBoards } from "./local-boards.ts";
import { LocalCell, rootEnd } from "./local-cell.ts";
import { LocalRegistries } from "./local-registries.ts";
import { LocalTrial } from "./local-trial.ts";
import { type BodySource, spawner } from "./spawner.ts";

export interface LocalKernelOptions {
  readonly board: string;
  readonly clock: VirtualClock;
  readonly hooks?: KernelHooks;
  /**
   * Stands for importing and for `prepare`: gives the body and the resources of a spec. When it throws, the
   * cell ends with that cause, as a thread does that cannot load its code.
   */
  readonly load: (spec: CellSpec, life: CellLife) => { body: Body; resources?: CellResources };
}

/** A cell and what it was started with. */
interface Started {
  readonly local: LocalCell;
  spec: CellSpec;
  readonly rootKey: string;
}

export class LocalKernel implements Kernel {
  readonly cell: Cell;
  readonly #options: LocalKernelOptions;
  /** The kernel's own. */
  readonly #own: LocalCell;
  readonly #cells = new Map<string, Started>();
  readonly #lives = new Map<string, number>();
  readonly #registries: LocalRegistries;
  readonly #changed = new ChangedCode();
  #boards: LocalBoards | undefined;

  constructor(options: LocalKernelOptions) {
    this.#options = options;
    this.#registries = new LocalRegistries({
      refused: (name, pid) => this.cell.exit(undefined, pid, { nameTaken: name }),
      tellTrial: (cell, item) => this.#cells.get(cell)?.local.trial?.router.onNews(item),
    });
    this.cell = new Cell({
      board: options.board,
      cell: KERNEL_CELL,
      incarnation: 1,
      clock: options.clock,
      names: this.#registries.namesOf(KERNEL_CELL),
      groups: this.#registries.groupsOf(KERNEL_CELL),
      onNotGiven: this.#onNotGiven,
      onCrash: (report, dead) => {
        options.hooks?.crashed?.({ name: KERNEL_CELL, incarnation: 1 }, crashDetails(report, dead));
      },
    });
    this.#own = new LocalCell(this.cell, "event", () => undefined);
  }

  startCell(given: CellSpec): Pid {
    const spec = this.#changed.specOf(given);
    const { name } = spec;
    // As the arguments of a thread: copied before anything runs, pids of other cells stay theirs.
    const args = unpack(pack(spec.args).packed) as unknown[];
    if (this.#cells.has(name) || name === KERNEL_CELL) throw new Error(`cell "${name}" is running already`);
    const { incarnation } = this.#newLife(name);
    const { hooks, board, clock } = this.#options;
    const { lastMessages = 0 } = spec;
    const kept = lastMessages > 0 ? new LastMessages(lastMessages) : undefined;
    const { body, resources, failure } = this.#load(spec, { name, incarnation });
    const cell = new Cell({
      board,
      cell: name,
      incarnation,
      clock,
      endsWithRoot: true,
      onNotGiven: this.#onNotGiven,
      names: this.#registries.namesOf(name),
      groups: this.#registries.groupsOf(name),
      ...(resources === undefined ? {} : { resources }),
      ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
      ...(spec.band === undefined ? {} : { band: spec.band }),
      onCrash: (report, dead) => hooks?.crashed?.({ name, incarnation }, crashDetails(report, dead, kept)),
    });
    cell.trace = kept;
    this.#boards?.introduce(cell);
    const local = new LocalCell(cell, spec.loop ?? "blocking", () => failure ?? rootEnd(root));
    this.#introduce(local);
    const key = randomKey();
    const root = processOf(cell.spawn(body, args, { label: name }, key));
    this.#addSpawner(spec, cell);
    this.#cells.set(name, { local, spec, rootKey: key });
    return createPid({ board, cell: name, incarnation }, 1, undefined, key);
  }

  changeCell(name: string, code: NewCode, options: TrialOptions, tell: (news: TrialNews) => void): void {
    const started = this.#cells.get(name);
    if (started === undefined) throw new Error(`cell "${name}" does not run`);
    const { local, rootKey } = started;
    if (local.trial !== undefined) throw new Error(`cell "${name}" is changing its code already`);
    const spec = { ...started.spec, ...code };
    const life = this.#newLife(trialName(name));
    const { body, resources = {}, failure } = this.#load(spec, life);
    if (failure !== undefined) {
      tell({ phase: "rolledBack", cause: failure, lost: [] });
      return;
    }
    const { hooks, board, clock } = this.#options;
    const { incarnation, cell: old } = local;
    const end = (news: TrialNews, cause: ExitReason) => {
      local.trial = undefined;
      hooks?.ended?.(life, cause);
      tell(news);
    };
    let lent = false;
    const takeBack = (cause: ExitReason, blame: boolean) => {
      if (lent) void hooks?.takeBack?.({ name, incarnation }, life);
      trial.router.gone(cause, blame);
    };
    const trial: LocalTrial = new LocalTrial({
      takeBack,
      old,
      life,
      cell: {
        board,
        cell: name,
        incarnation,
        clock,
        onNotGiven: this.#onNotGiven,
        ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
        ...(spec.band === undefined ? {} : { band: spec.band }),
      },
      body,
      resources,
      args: unpack(pack(spec.args).packed) as unknown[],
      rootKey,
      stopMs: options.stopMs ?? STOP_MS,
      registry: this.#registries.claims,
      ways: {
        toPeer: (cell, life, frame) => this.#peerOf(cell, life)?.post(frame),
        peers: () => this.#others(name).map((other) => [other.name, other.incarnation] as const),
        toBoard: (frame) => this.#boards!.route(frame),
        boards: () => this.#boards?.list() ?? [],
        claim: ({ claim, pid, scope }) => old.names.claim(claim, importPid(pid), scope),
        release: ({ release, pid }) => old.names.release(release, importPid(pid)),
        live: () => {
          void hooks?.lend?.({ name, incarnation }, life);
          lent = true;
          trial.router.go();
          tell({ phase: "trial" });
          this.#passAfter(name, trial, options.trialMs ?? TRIAL_MS);
        },
        failed: (cause) => takeBack(cause, true),
        over: (reason) => {
          local.over = () => reason;
          end({ phase: "over", cause: reason }, reason);
        },
      },
      startSpawner: (cell) => this.#addSpawner(spec, cell),
      onCrash: (report, dead) => hooks?.crashed?.({ name, incarnation }, crashDetails(report, dead)),
      rolledBack: (cause, lost) => end({ phase: "rolledBack", cause, lost }, cause),
      handOver: () => {
        local.becomes(trial);
        this.#changed.keep(name, started.spec, code);
        started.spec = spec;
        this.#registries.replace(name, trial.names, trial.groups);
        for (const { name: other, peer } of this.#others(name)) trial.cell.peerUp(other, peer);
        this.#boards?.introduce(trial.cell);
        hooks?.becameCell?.({ name, incarnation }, life);
        tell({ phase: "committed" });
      },
      tell,
    });
    local.trial = trial;
  }

  passTrial(name: string): boolean {
    const trial = this.#cells.get(name)?.local.trial;
    trial?.router.commit();
    return trial !== undefined;
  }

  rollBack(name: string, why: string): boolean {
    const trial = this.#cells.get(name)?.local.trial;
    trial?.takeBack({ shutdown: why }, false);
    return trial !== undefined;
  }

  endCell(name: string, incarnation: number, cause: ExitReason, culprit?: number): void {
    const local = this.#cells.get(name)?.local;
    if (local?.incarnation !== incarnation) return;
    this.#cells.delete(name);
    if (local.trial !== undefined) {
      this.#options.hooks?.ended?.(local.trial.life, cause);
      local.trial.tell({ phase: "over", cause });
    }
    this.#options.hooks?.ended?.({ name, incarnation }, cause, culprit);
    this.#registries.forget(name, incarnation);
    for (const other of this.#locals()) other.peerDown(name, incarnation, cause);
    this.#own.peerDown(name, incarnation, cause);
    this.#boards?.exchange.cellDown(name, incarnation, cause);
  }

  cells(): readonly CellStatus[] {
    return [this.#own, ...this.#locals()].map(({ status }) => status);
  }

  /** A cell here is always between two resumes when another runs, so it answers at once. */
  ask(name: string, inquiry: Inquiry, to: Pid, ref: number): void {
    const local = name === KERNEL_CELL ? this.#own : this.#cells.get(name)?.local;
    const asker = name === KERNEL_CELL ? to : importPid(exportPid(to));
    local?.cell.post(asker, local.inspection.message(inquiry, ref));
  }

  /** Names of the cells that run, the kernel's not among them. */
  get cellNames(): readonly string[] {
    return [...this.#cells.keys()];
  }

  /** A running cell; for tests, which look at what it counts. */
  cellOf(name: string): Cell | undefined {
    return this.#cells.get(name)?.local.cell;
  }

  /** Timers that run, in all cells. */
  get timerCount(): number {
    let count = this.#own.timerCount;
    for (const { timerCount } of this.#locals()) count += timerCount;
    return count;
  }

  /** When `settle` has something to do by itself; `Infinity` for never. Ask after `settle`. */
  nextWakeUs(): number {
    let next = Math.min(this.#own.nextWakeUs(), this.#boards?.exchange.nextUs ?? Number.POSITIVE_INFINITY);
    for (const local of this.#locals()) next = Math.min(next, local.nextWakeUs());
    return next;
  }

  /** Runs everything that is due now, in every cell, until nothing is. */
  settle(): void {
    const { clock } = this.#options;
    this.#boards?.exchange.expire();
    for (let again = true; again; ) {
      again = this.#own.turn(clock.now());
      for (const local of this.#locals()) {
        const { name, incarnation } = local;
        // Ended, perhaps started anew, by one that ran before it in this round.
        if (this.#cells.get(name)?.local !== local) continue;
        if (local.over() === undefined) again = local.turn(clock.now()) || again;
        const cause = local.over();
        if (cause === undefined) continue;
        this.endCell(name, incarnation, cause);
        again = true;
      }
    }
  }

  /** Links this board with others, by `make`. Once. */
  openBoards(make: (own: OwnBoard) => BoardExchange): BoardExchange {
    const boards = new LocalBoards(
      {
        cells: () => [this.#own, ...this.#locals()].map(({ cell }) => cell),
        tellTrials: (item) => {
          for (const { trial } of this.#locals()) trial?.router.onNews(item);
        },
        deliver: (cell, incarnation, frame) => this.#peerOf(cell, incarnation)?.post(frame) ?? false,
        named: (name, pid) => this.#registries.claim(name, pid, KERNEL_CELL),
        unnamed: (name, pid) => this.#registries.release(name, pid),
        memberships: () => this.cell.groups.ofBoard(),
        publicNames: () => this.cell.names.listPublic().map(([name, pid]) => [name, exportPid(pid)] as const),
      },
      make,
    );
    this.#boards = boards;
    const { exchange } = boards;
    this.cell.names.watchPublic({
      published: (name, pid) => exchange.published(name, exportPid(pid)),
      withdrawn: (name, pid) => exchange.withdrawn(name, exportPid(pid)),
    });
    this.cell.groups.watchBoard({
      membership: (group, pid, times) => exchange.membership({ group, pid: exportPid(pid), times }),
    });
    return exchange;
  }

  /** Cranks the clock to `us`, stopping at every expiry on the way. */
  advanceTo(us: number): void {
    const { clock } = this.#options;
    for (;;) {
      this.settle();
      const next = this.nextWakeUs();
      if (next > us) break;
      clock.advanceTo(Math.max(next, clock.now()));
    }
    clock.advanceTo(us);
    this.settle();
  }

  #locals(): LocalCell[] {
    return Array.from(this.#cells.values(), ({ local }) => local);
  }

  /** The kernel's cell and all that run, but one. */
  #others(name: string): LocalCell[] {
    return [this.#own, ...this.#locals().filter((local) => local.name !== name)];
  }

  #newLife(name: string): CellLife {
    const incarnation = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, incarnation);
    return { name, incarnation };
  }

  /** Tells all others of a new cell, and it of them. */
  #introduce({ name, incarnation, cell, peer }: LocalCell): void {
    for (const other of this.#others(name)) {
      cell.peerUp(other.name, other.peer);
      other.cell.peerUp(name, peer);
      other.trial?.router.onNews({ peerUp: name, incarnation });
    }
  }

  #peerOf(cell: string, incarnation: number): Peer | undefined {
    if (cell === KERNEL_CELL) return this.#own.peer;
    const local = this.#cells.get(cell)?.local;
    return local?.incarnation === incarnation ? local.peer : undefined;
  }

  #passAfter(name: string, trial: LocalTrial, trialMs: number): void {
    if (!Number.isFinite(trialMs)) return;
    const pass = () => {
      if (this.#cells.get(name)?.local.trial === trial) trial.router.commit();
    };
    const body: Body = function* trialTime(self): ProcessGenerator {
      yield* self.sleep(trialMs);
      pass();
    };
    this.cell.spawn(body, []);
  }

  #load(spec: CellSpec, life: CellLife): Loaded {
    try {
      return this.#options.load(spec, life);
    } catch (error) {
      return { body: neverRun, failure: crashReason(error) };
    }
  }

  #addSpawner(spec: CellSpec, cell: Cell): void {
    const { cell: name, incarnation } = cell.home;
    const source: BodySource = {
      find: (body) => this.#options.load({ ...spec, body, args: [] }, { name, incarnation }).body,
      request: () => {},
    };
    const pid = cell.spawn(spawner(source), [], { label: "spawner", band: BAND.system });
    cell.names.added(spawnerName(name), pid);
    this.#registries.claim(spawnerName(name), exportPid(pid));
  }

  readonly #onNotGiven = (board: string): void => this.#boards?.exchange.notGiven(board);
}

interface Loaded {
  readonly body: Body;
  readonly resources?: CellResources;
  readonly failure?: ExitReason;
}

/** Body of a cell that could not be loaded. */
function* neverRun(): ProcessGenerator {}
